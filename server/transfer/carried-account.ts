import { createHash } from 'node:crypto';
import type { Account, AttributeValue, Role } from '../accounts/account.ts';
import { parseEmail, parseName, parseUserName } from '../accounts/user-name.ts';
import { AppError } from '../errors.ts';
import type { CarriedPerson, Finding } from './content.ts';

/** A person as another product has them. */
export interface ForeignPerson {
  source: 'keycloak' | 'pocket-id';
  /** What apps know them by, and what their authenticators have as the user handle, as text. */
  id: string;
  userName: string;
  name: string;
  email?: string | undefined;
  emailVerified: boolean;
  isDisabled: boolean;
  role: Role;
  locale?: string | undefined;
  groups: string[];
  attributes: Record<string, AttributeValue>;
  createdAt: number;
  updatedAt: number;
}

/** An account, or why there can be none; what was left out of it. */
export type ReadPerson = { account: Account; problems: string[] } | { account?: undefined; problem: string };

/** Their subject identifier and user handle stay as they are: apps and authenticators know them by these. */
export function readPerson(person: ForeignPerson): ReadPerson {
  const problems: string[] = [];
  const userName = attempt(() => parseUserName(person.userName));
  if (!userName)
    return { problem: 'has a user name with characters that are not taken, or that could pass for another' };
  const name = attempt(() => parseName(person.name)) ?? userName.userName;
  const email = person.email ? attempt(() => parseEmail(person.email ?? '')) : undefined;
  if (person.email && !email)
    problems.push(`comes without the e-mail address ${person.email}, which is none`);
  const { locale } = person;
  return {
    problems,
    account: {
      id: derivedId(person.source, person.id),
      sub: person.id,
      role: person.role,
      status: person.isDisabled ? 'disabled' : 'active',
      ...userName,
      name,
      ...email,
      emailVerified: email !== undefined && person.emailVerified,
      ...(locale && /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(locale) && { locale }),
      userHandles: [userHandleOf(person.id)],
      groups: person.groups,
      ...(Object.keys(person.attributes).length > 0 && { attributes: person.attributes }),
      createdAt: person.createdAt,
      updatedAt: person.updatedAt,
      revision: 1,
    },
  };
}

/** Names that are one here may be two there: the first one has it. */
export function withoutTwins(people: readonly CarriedPerson[], left: Finding[]): CarriedPerson[] {
  const names = new Set<string>();
  return people.filter(({ account: { userName, userNameKey } }) => {
    const isNew = !names.has(userNameKey);
    names.add(userNameKey);
    if (!isNew)
      left.push({
        kind: 'person',
        item: userName,
        reason: 'name_twice',
        text: 'has the user name of another one',
      });
    return isNew;
  });
}

/** Both products give authenticators the text of the id (WebAuthn L3 §5.4.3). */
export function userHandleOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** The same for the same person every time, and not what apps know them by: a UUID of version 8 (RFC 9562 §5.8). */
export function derivedId(source: string, id: string): string {
  const bytes = createHash('sha256').update(`latchkey import\n${source}\n${id}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** What there is to say of a person. */
export const findingOf =
  (item: string) =>
  (kind: string, reason: string, text: string): Finding => ({ kind, item, reason, text });

export const withoutPasskey = (userName: string): Finding =>
  findingOf(userName)(
    'person',
    'no_passkey',
    `has no passkey: \`latchkey recover ${userName}\` makes an invitation`,
  );
