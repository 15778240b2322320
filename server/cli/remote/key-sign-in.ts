/** An app signs the command in with its own secret or key (RFC 6749 §4.4, RFC 7523 §2.2): for scripts. */
import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import { apiScopes } from '../../apps/api-scopes.ts';
import { AppError, ConfigError } from '../../errors.ts';
import { clockNote, type DiscoveredServer } from './discover.ts';
import type { RemoteSettings } from './remote-settings.ts';
import { ServerError } from './server-error.ts';
import { askForTokens, isRefusal, type Refusal, type Tokens } from './token-request.ts';

export interface Key {
  clientId: string;
  proof: { secret: string } | { key: KeyObject; kid?: string };
}

/** `undefined` where the settings name no app. @throws ConfigError */
export function keyOf(settings: RemoteSettings): Key | undefined {
  const { LATCHKEY_CLIENT_ID: clientId, LATCHKEY_CLIENT_KEY_FILE: keyFile } = settings;
  const secret =
    settings.LATCHKEY_CLIENT_SECRET || contentOf(settings, 'LATCHKEY_CLIENT_SECRET_FILE')?.trim();
  if (!clientId) {
    if (secret || keyFile)
      throw new ConfigError(['LATCHKEY_CLIENT_ID is missing: whose secret or key is it?']);
    return undefined;
  }
  const key = contentOf(settings, 'LATCHKEY_CLIENT_KEY_FILE');
  if (key !== undefined && !secret) return { clientId, proof: readKey(key) };
  if (secret && key === undefined) return { clientId, proof: { secret } };
  throw new ConfigError([
    'LATCHKEY_CLIENT_ID needs one of LATCHKEY_CLIENT_SECRET, LATCHKEY_CLIENT_SECRET_FILE and LATCHKEY_CLIENT_KEY_FILE.',
  ]);
}

function contentOf(
  settings: RemoteSettings,
  name: 'LATCHKEY_CLIENT_SECRET_FILE' | 'LATCHKEY_CLIENT_KEY_FILE',
): string | undefined {
  const file = settings[name];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${name} names ${file}, which cannot be read (${code}).`]);
  }
}

/** PEM, or a JWK whose `kid` is named in the assertion. */
function readKey(text: string): { key: KeyObject; kid?: string } {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text) };
    const jwk = JSON.parse(text) as { kid?: string };
    return { key: createPrivateKey({ format: 'jwk', key: jwk }), ...(jwk.kid && { kid: jwk.kid }) };
  } catch {
    throw new ConfigError(['LATCHKEY_CLIENT_KEY_FILE holds no private key, in PEM or as a JWK.']);
  }
}

/**
 * For all that the app may do: an operation may ask for more than its own scope, as whoever changes somebody must not
 * have less than they have. A server names what is too much, so it is asked twice at most.
 * @throws AppError `forbidden` where the app may do nothing, ServerError `sign_in_refused`
 */
export async function signInByKey(
  server: DiscoveredServer,
  { key, now }: { key: Key; now: () => number },
): Promise<Tokens> {
  const askFor = async (scopes: readonly string[]) => {
    const fields = { grant_type: 'client_credentials', resource: server.api, scope: scopes.join(' ') };
    return askForTokens(server.token, await proven(server, { key, fields, now }));
  };
  const first = await askFor(apiScopes);
  if (!isRefusal(first)) return first;
  const { error, scopes: beyond = [] } = first;
  const allowed = apiScopes.filter((scope) => !beyond.includes(scope));
  if (error !== 'invalid_scope' || beyond.length === 0 || allowed.length === 0)
    throw refusal(server, { ...first, key });
  const second = await askFor(allowed);
  if (isRefusal(second)) throw refusal(server, { ...second, key });
  return second;
}

async function proven(
  { issuer }: DiscoveredServer,
  { key, fields, now }: { key: Key; fields: Record<string, string>; now: () => number },
) {
  const { clientId, proof } = key;
  if ('secret' in proof) {
    // RFC 6749 §2.3.1: both are encoded as in a form first.
    const pair = [clientId, proof.secret].map((part) =>
      new URLSearchParams({ '': part }).toString().slice(1),
    );
    return { fields, headers: { authorization: `Basic ${btoa(pair.join(':'))}` }, now };
  }
  const assertion = await assertionOf({ clientId, ...proof, issuer, now });
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const shown = { client_id: clientId, client_assertion_type: type, client_assertion: assertion };
  return { fields: { ...fields, ...shown }, now };
}

interface Assertion {
  clientId: string;
  issuer: string;
  key: KeyObject;
  kid?: string;
  now: () => number;
}

function assertionOf({ clientId, issuer, key, kid, now }: Assertion): Promise<string> {
  const at = Math.floor(now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: algorithms[key.asymmetricKeyType ?? ''] ?? 'ES256', ...(kid && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt(at)
    .setExpirationTime(at + 60)
    .sign(key);
}

const algorithms: Record<string, string> = { ec: 'ES256', rsa: 'PS256', ed25519: 'EdDSA' };

function refusal(server: DiscoveredServer, { error, description, key }: Refusal & { key: Key }): Error {
  const { clientId, proof } = key;
  if (error === 'invalid_scope' || error === 'invalid_target')
    return new AppError('forbidden', {
      detail: `the app ${clientId} may do nothing there: it needs scopes of the API`,
    });
  const what = 'secret' in proof ? 'secret' : 'key';
  const why = error === 'invalid_client' ? `does not know the app ${clientId} by this ${what}` : undefined;
  return new ServerError(
    'sign_in_refused',
    `${server.issuer} ${why ?? `refuses the app ${clientId}: ${description || error}`}.${'key' in proof ? clockNote(server) : ''}`,
  );
}
