/** What of an event is personal: it is taken out of what anybody may read, and sealed under the key of its account. */
import type { NewAuditEvent } from './audit.ts';
import type { AuditEvent, JsonObject } from './event.ts';
import { plainChange, plainObject, shortText } from './plain.ts';

/** Personal values of one account, or of nobody that is known. */
export interface PersonalPart {
  /** Of a key. */
  of: string;
  values: JsonObject;
}

export type OpenPart = Omit<
  AuditEvent,
  'id' | 'chain' | 'sequence' | 'at' | 'personal' | 'previousHash' | 'hash'
>;

/** Personal wherever they stand. Of names without their `_` and `-`, in small letters. */
const everywhere = [
  'address',
  'device',
  'ip',
  'useragent',
  'email',
  'username',
  'phone',
  'phonenumber',
  'picture',
];
const everywhereKeyed = [...everywhere, 'emailkey', 'usernamekey', 'emailverified'];
/** Personal in an event about an account: an app has a name too. */
const ofAccounts = ['name', 'displayname', 'givenname', 'familyname', 'nickname', 'attributes', 'locale'];

/** Keys of nobody last for a month each, and go with the events of that month. */
export const nobody = 'nobody ';

/** The key of those whose account is not known, at a moment. */
export function nobodysKey(at: number): string {
  return nobody + new Date(at).toISOString().slice(0, 7);
}

/** Takes an event apart: what is open, as plain JSON without secrets, and what is to be sealed for whom. */
export function takeApart(
  { details, before, after, reason, origin, personal, ...event }: NewAuditEvent,
  at: number,
): { open: OpenPart; parts: PersonalPart[] } {
  const isPersonal = personalNames(event);
  const change = Object.entries({
    ...(details && { details: plainObject(details) }),
    ...plainChange(before, after),
  }).map(([field, value]) => [field, value, without(value, isPersonal)] as const);
  const aside: JsonObject = {
    ...(personal && plainObject(personal)),
    ...Object.fromEntries(
      change
        .map(([field, value]) => [field, pick(value, isPersonal)] as const)
        .filter(([, value]) => Object.keys(value).length > 0),
    ),
  };
  const open = {
    ...event,
    ...(reason !== undefined && { reason: shortText(reason) }),
    ...Object.fromEntries(change.map(([field, , rest]) => [field, rest])),
  };
  const subject = event.accountId ?? nobodysKey(at);
  const actor = (event.actor?.kind === 'account' && event.actor.id) || subject;
  return {
    open,
    parts: join({ of: actor, values: plainObject(origin ?? {}) }, { of: subject, values: aside }),
  };
}

function personalNames({ type }: Pick<NewAuditEvent, 'type'>): (name: string) => boolean {
  const names = /^(account|link|setup)\./.test(type) ? [...everywhereKeyed, ...ofAccounts] : everywhereKeyed;
  return (name) => names.includes(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

function join(one: PersonalPart, other: PersonalPart): PersonalPart[] {
  const parts =
    one.of === other.of ? [{ of: one.of, values: { ...one.values, ...other.values } }] : [one, other];
  return parts.filter(({ values }) => Object.keys(values).length > 0);
}

function pick(object: JsonObject, wanted: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => wanted(name)));
}

/** However deep: what lies below the first level is left out, and sealed nowhere. */
function without(object: JsonObject, unwanted: (name: string) => boolean): JsonObject {
  const strip = (value: JsonObject[string]): JsonObject[string] => {
    if (Array.isArray(value)) return value.map(strip);
    return typeof value === 'object' && value !== null ? without(value as JsonObject, unwanted) : value;
  };
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !unwanted(name))
      .map(([name, value]) => [name, strip(value)]),
  );
}
