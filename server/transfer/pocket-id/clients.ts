import { appName, isOfNativeApp, readApp } from '../carried-app.ts';
import type { CarriedApp, CarriedSecret, Finding } from '../content.ts';
import type { Tables } from './tables.ts';

type Client = Tables['oidc_clients'][number];

export interface ClientReading {
  tables: Tables;
  redirects: Readonly<Record<string, readonly string[]>>;
  now: number;
  left: Finding[];
  notes: Finding[];
}

export function readClient(client: Client, reading: ClientReading): CarriedApp | undefined {
  const { tables, now, left, notes } = reading;
  const about = (reason: string, text: string): Finding => ({ kind: 'app', item: client.id, reason, text });
  const groups = allowedGroups(client, tables);
  if (groups?.length === 0) {
    left.push(about('no_group', 'is restricted to groups of which there is none: nobody may use it'));
    return undefined;
  }
  const kind = !client.is_public ? 'web' : client.callback_urls.some(isOfNativeApp) ? 'native' : 'browser';
  const app = readApp(
    {
      id: client.id,
      kind,
      name: appName(client.name, client.id),
      redirectUris: client.callback_urls,
      postLogoutRedirectUris: client.logout_callback_urls ?? [],
      consent: client.skip_consent ? 'implicit' : 'explicit',
      pkce: kind === 'web' && !client.pkce_enabled ? 'optional' : 'required',
      idTokenSignedResponseAlg: 'RS256',
      ...(groups && { allowedGroups: groups }),
      secrets: secretsOf(client, now),
      createdAt: client.created_at ?? now,
    },
    reading,
  );
  for (const [reason, text] of whatIsLost(client)) left.push({ ...about(reason, text), part: true });
  if (app && kind === 'web')
    notes.push(
      about(
        'secret_basic',
        'must send its secret in the header (client_secret_basic); Pocket ID took it in the body too',
      ),
    );
  return app;
}

/** Before there was a flag, a client with groups was restricted to them. */
function allowedGroups(
  { id, is_group_restricted: isRestricted }: Client,
  tables: Tables,
): string[] | undefined {
  const allowed = tables.oidc_clients_allowed_user_groups
    .filter(({ oidc_client_id: client }) => client === id)
    .map(({ user_group_id: group }) => group);
  return (isRestricted ?? allowed.length > 0) ? allowed : undefined;
}

/** bcrypt in a column of its own up to 2.13; several of either kind in the credentials from 2.14 on. */
function secretsOf({ secret, credentials, is_public: isPublic }: Client, now: number): CarriedSecret[] {
  if (isPublic) return [];
  const one = secret ? [{ id: 'pocket-id', alg: 'bcrypt', hash: secret }] : [];
  const several: StoredSecret[] = [...one, ...(credentials?.secrets ?? [])];
  return several.map(({ id, alg, hash, createdAt, expiresAt }) => ({
    id,
    imported: { scheme: alg === 'sha256' ? 'sha256' : 'bcrypt', hash },
    createdAt: createdAt ?? now,
    ...(typeof expiresAt === 'number' && { expiresAt }),
  }));
}

interface StoredSecret {
  id: string;
  alg: string;
  hash: string;
  createdAt?: number | null | undefined;
  expiresAt?: number | null | undefined;
}

function* whatIsLost(client: Client): Generator<[reason: string, text: string]> {
  if (client.requires_reauthentication)
    yield [
      'reauthentication',
      'no longer asks for the passkey each time: let it send max_age=0 or prompt=login',
    ];
  if (client.requires_pushed_authorization_requests)
    yield ['par', 'loses pushed authorization requests, which there are none of here'];
  if (client.credentials?.federatedIdentities?.length)
    yield ['federated_identity', 'loses the identities of another issuer that it proved itself by'];
  if (client.is_public && !client.pkce_enabled)
    yield ['pkce', 'must send PKCE: without a secret nothing else protects its codes (RFC 9700 §2.1.1)'];
  if (client.image_type) yield ['logo', 'loses its logo, which stands in a file: give it an https address'];
}
