import { withoutTwins } from '../carried-account.ts';
import type { CarriedItem, Finding, TransferContent } from '../content.ts';
import { defineAttributes } from '../define-attributes.ts';
import { claimsTold, readClaims } from './attributes.ts';
import { readClient } from './clients.ts';
import { readGroups } from './groups.ts';
import { readUser } from './people.ts';
import { ownClients, parseRealm, type Realm } from './realm.ts';

interface KeycloakOptions {
  /** What the passkeys belong to, where the realm does not say. */
  rpId: string;
  /** Redirect addresses to say in the place of those that cannot come over, by client id. */
  redirects?: Readonly<Record<string, readonly string[]>>;
  now: number;
}

/** A realm as Keycloak exports it with its users. @throws AppError `field_invalid` for what is none */
export function readKeycloak(
  json: unknown,
  { redirects = {}, now, ...options }: KeycloakOptions,
): TransferContent {
  const realm = parseRealm(json);
  const left: Finding[] = [...leftBehind(realm)];
  const notes: Finding[] = [];
  const findings = { left, notes, now };
  const groups = readGroups(realm, findings);
  const rpId = realm.webAuthnPolicyPasswordlessRpId || options.rpId;
  const people = realm.users.filter(({ serviceAccountClientId }) => serviceAccountClientId === undefined);
  const used = new Set(people.flatMap((user) => Object.keys(groups.attributesOf(user))));
  const clients = realm.clients.filter(({ clientId }) => !ownClients.includes(clientId));
  const told = (client: (typeof clients)[number]) => claimsTold(client, realm, used);
  const apps = clients.flatMap(
    (client) => readClient(client, { ...findings, realm, redirects, claimsTold: told }) ?? [],
  );
  const reading = { ...findings, groups, claims: readClaims(realm), rpId };
  const persons = withoutTwins(
    people.flatMap((user) => readUser(user, reading) ?? []),
    left,
  );
  const defined = defineAttributes(persons, findings);
  notes.push({ kind: 'passkey', item: 'all', reason: 'rp_id', text: `were made for the RP ID ${rpId}` });
  const items: CarriedItem[] = [
    ...defined.definitions.map((record) => ({ kind: 'attribute' as const, record })),
    ...groups.groups.map((record) => ({ kind: 'group' as const, record })),
    ...apps.map((record) => ({ kind: 'app' as const, record })),
    ...defined.people.map((record) => ({ kind: 'person' as const, record })),
  ];
  return {
    source: 'keycloak',
    async *items() {
      yield* items;
    },
    left,
    notes,
  };
}

/** What belongs to the realm as a whole. */
function* leftBehind(realm: Realm): Generator<Finding> {
  const item = (kind: string, name: string, text: string): Finding => ({
    kind,
    item: name,
    reason: 'not_here',
    text,
  });
  yield item('own app', ownClients.join(', '), 'are Keycloak’s own');
  yield item('key', realm.realm, 'has other keys here: the issuer is another one, so apps get both anew');
  for (const { alias } of realm.identityProviders)
    yield item('identity provider', alias, 'signs people in there: here they do so by passkey alone');
  for (const { name } of realm.components['org.keycloak.storage.UserStorageProvider'] ?? [])
    yield item('user federation', name, 'is not read here: its people are those that were exported');
  for (const { alias, builtIn, topLevel } of realm.authenticationFlows)
    if (!builtIn && topLevel)
      yield item('sign-in flow', alias, 'is not run here: write a rule for authenticators');
  if (Object.keys(realm.smtpServer).length > 0)
    yield item('setting', 'smtpServer', 'is a setting of the server here');
}
