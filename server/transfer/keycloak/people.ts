import type { CarriedPasskey } from '../../passkeys/carried-passkey.ts';
import { findingOf, readPerson, userHandleOf, withoutPasskey } from '../carried-account.ts';
import type { CarriedPerson, Finding } from '../content.ts';
import { type ClaimOf, typedAttributes } from './attributes.ts';
import type { ReadGroups } from './groups.ts';
import { passkeyOf } from './passkey.ts';
import { ownClients, type User } from './realm.ts';

export interface PeopleReading {
  groups: ReadGroups;
  claims: ReadonlyMap<string, ClaimOf>;
  rpId: string;
  now: number;
  left: Finding[];
  notes: Finding[];
}

/** Second factors, and what a passkey replaces. */
const otherCredentials: Record<string, string> = {
  password: 'has a password there, which there are none of here',
  otp: 'has one-time codes there, which there are none of here',
  webauthn: 'has a security key as a second factor there, which is no passkey',
  'recovery-authn-codes': 'has recovery codes there, which there are none of here',
};

/** The service account of a client is no person: the app has its own token here. */
export function readUser(user: User, reading: PeopleReading): CarriedPerson | undefined {
  const { groups, claims, now, left, notes } = reading;
  const about = findingOf(user.username);
  const attributes = typedAttributes(groups.attributesOf(user), claims, (text) =>
    left.push(about('attribute', 'attribute', text)),
  );
  const createdAt = user.createdTimestamp || now;
  const read = readPerson({
    source: 'keycloak',
    id: user.id,
    userName: user.username,
    name: [user.firstName, user.lastName].filter(Boolean).join(' ') || user.username,
    email: user.email,
    emailVerified: user.emailVerified,
    isDisabled: !user.enabled,
    role: 'person',
    groups: groups.groupsOf(user),
    attributes,
    createdAt,
    updatedAt: createdAt,
  });
  if (!read.account) {
    left.push(about('person', 'user_name', read.problem));
    return undefined;
  }
  for (const text of read.problems) left.push(about('e-mail', 'email', text));
  for (const [reason, text] of whatElse(user)) left.push(about('sign-in', reason, text));
  for (const [reason, text] of administers(user)) notes.push(about('role', reason, text));
  const passkeys = passkeysOf(user, reading);
  if (passkeys.length === 0 && user.enabled) notes.push(withoutPasskey(user.username));
  return { account: read.account, passkeys };
}

function passkeysOf(user: User, { rpId, left }: PeopleReading): CarriedPasskey[] {
  return user.credentials
    .filter(({ type }) => type === 'webauthn-passwordless')
    .flatMap((credential) => {
      const passkey = passkeyOf(credential, { userHandle: userHandleOf(user.id), rpId });
      if (passkey) return [passkey];
      const item = `${user.username}: ${credential.userLabel ?? 'Passkey'}`;
      left.push({ kind: 'passkey', item, reason: 'malformed', text: 'cannot be read' });
      return [];
    });
}

function* whatElse({ credentials, requiredActions, federatedIdentities }: User): Generator<[string, string]> {
  for (const { type } of credentials)
    if (type !== 'webauthn-passwordless')
      yield [type, otherCredentials[type] ?? `has a credential of the kind ${type} there`];
  for (const { identityProvider } of federatedIdentities)
    yield ['identity_provider', `signs in through ${identityProvider} there`];
  for (const action of requiredActions) yield ['required_action', `was asked to do ${action} there`];
}

/** Who administers Keycloak says so by roles of its own clients: nobody gets power here by that. */
function* administers({ clientRoles }: User): Generator<[string, string]> {
  const ofKeycloak = Object.entries(clientRoles).filter(([client]) => ownClients.includes(client));
  for (const [client, roles] of ofKeycloak)
    if (client !== 'account')
      yield ['administers_keycloak', `has ${roles.join(', ')} of ${client} there, and no role by that here`];
}
