import type { AttributeValue } from '../../accounts/account.ts';
import type { CarriedPasskey } from '../../passkeys/carried-passkey.ts';
import { findingOf, readPerson, userHandleOf, withoutPasskey } from '../carried-account.ts';
import { isOwnClaim, valueOfJson } from '../claim.ts';
import type { CarriedPerson, Finding } from '../content.ts';
import type { Tables } from './tables.ts';

type User = Tables['users'][number];
type Credential = Tables['webauthn_credentials'][number];

export interface PeopleReading {
  rpId: string;
  now: number;
  left: Finding[];
  notes: Finding[];
  groupsOf: (userId: string) => string[];
  credentialsOf: (userId: string) => readonly Credential[];
  /** Values as text, by name: a person's own before those of their groups. */
  claimsOf: (userId: string) => ReadonlyMap<string, string>;
}

export function readUser(user: User, reading: PeopleReading): CarriedPerson | undefined {
  const { rpId, now, left, notes } = reading;
  const about = findingOf(user.username);
  const createdAt = user.created_at ?? now;
  const read = readPerson({
    source: 'pocket-id',
    id: user.id,
    userName: user.username,
    name: user.display_name || [user.first_name, user.last_name].filter(Boolean).join(' ') || user.username,
    email: user.email ?? undefined,
    emailVerified: user.email_verified,
    isDisabled: user.disabled,
    role: user.is_admin ? 'administrator' : 'person',
    locale: user.locale ?? undefined,
    groups: reading.groupsOf(user.id),
    attributes: typed(reading.claimsOf(user.id), (text) => left.push(about('attribute', 'attribute', text))),
    createdAt,
    updatedAt: user.updated_at ?? createdAt,
  });
  if (!read.account) {
    left.push(about('person', 'user_name', read.problem));
    return undefined;
  }
  for (const text of read.problems) left.push(about('e-mail', 'email', text));
  if (user.ldap_id)
    notes.push(about('person', 'ldap', 'came from a directory there, and is kept here alone'));
  const passkeys = reading.credentialsOf(user.id).map((it) => passkeyOf(it, { rpId, now }));
  if (passkeys.length === 0 && !user.disabled) notes.push(withoutPasskey(user.username));
  return { account: read.account, passkeys };
}

/**
 * Its backup eligibility is learned at the first use: of passkeys from before Pocket ID kept it, it says that there is
 * none, which need not be so.
 */
function passkeyOf(row: Credential, { rpId, now }: { rpId: string; now: number }): CarriedPasskey {
  return {
    id: row.credential_id.toString('base64url'),
    publicKey: row.public_key.toString('base64url'),
    userHandle: userHandleOf(row.user_id),
    rpId,
    transports: row.transport ?? [],
    name: row.name,
    createdAt: row.created_at ?? now,
    backedUp: row.backup_state,
  };
}

/** Apps were told what a value is as JSON. */
function typed(
  claims: ReadonlyMap<string, string>,
  problem: (text: string) => void,
): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, text] of claims) {
    const value = valueOfJson(text);
    if (!isOwnClaim(name)) problem(`loses the claim ${name}: one of that name says something else`);
    else if (value === undefined)
      problem(
        `loses the claim ${name}, which is a JSON object: a claim here is one value or a list of texts`,
      );
    else attributes[name] = value;
  }
  return attributes;
}
