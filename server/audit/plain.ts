/** What may be written down of any value: plain JSON of a bounded size, without secrets. */
import type { Json, JsonObject } from './event.ts';

/** Of names without their `_` and `-`, in small letters. A public part that is written is named here by nothing. */
const secretParts = ['secret', 'password', 'passphrase', 'private', 'sealed', 'cookie', 'credentials'];
const secretEnds = [
  'token',
  'hash',
  'ticket',
  'assertion',
  'code',
  'verifier',
  'attestationobject',
  'clientdatajson',
];
/** With the private members of a JWK (RFC 7517, RFC 7518 section 6). */
const secretNames = ['authorization', 'jws', 'jwt', 'link', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Told of secrets and not by them. */
const harmless = ['tokenendpointauthmethod', 'secretid', 'reasoncode', 'errorcode'];

/** Whether a field of this name is never written down, whatever it holds. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (harmless.includes(plain)) return false;
  return (
    secretParts.some((part) => plain.includes(part)) ||
    secretEnds.some((end) => plain.endsWith(end)) ||
    secretNames.includes(plain)
  );
}

const longestText = 1000;
const mostMembers = 100;
const deepest = 8;

/** `undefined` for what JSON has no form for. */
export function plainValue(value: unknown, depth = 0): Json | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return shortText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object') return undefined;
  if (depth === deepest) return '…';
  if (Array.isArray(value))
    return value.slice(0, mostMembers).map((member) => plainValue(member, depth + 1) ?? null);
  return plainObject(value, depth);
}

/** An object without secrets and without what is absent. */
export function plainObject(value: object, depth = 0): JsonObject {
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value).slice(0, mostMembers)) {
    const plain = isSecretName(name) ? undefined : plainValue(member, depth + 1);
    if (plain !== undefined) members.push([shortText(name), plain]);
  }
  return Object.fromEntries(members);
}

/** Well-formed, so that every engine gives back what it was given. */
export function shortText(text: string): string {
  const whole = text.toWellFormed();
  return whole.length > longestText ? `${whole.slice(0, longestText).toWellFormed()}…` : whole;
}

/** What changed, as plain objects: of two records the fields that differ, of one all of its fields. */
export function plainChange(before: object | undefined, after: object | undefined) {
  const [old, fresh] = [before && plainObject(before), after && plainObject(after)];
  if (!old || !fresh) return { ...(old && { before: old }), ...(fresh && { after: fresh }) };
  const differs = (name: string) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]);
  return { before: pick(old, differs), after: pick(fresh, differs) };
}

function pick(object: JsonObject, wanted: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => wanted(name)));
}
