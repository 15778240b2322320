import ipaddr from 'ipaddr.js';

/** Reads one setting. Gets `undefined` where it is not set; throws an `Error` that says what to put. */
export type Reader<T> = (value: string | undefined) => T;

/** A relying party of WebAuthn: an RP ID and the origins that may use it. */
export interface RelyingParty {
  rpId: string;
  origins: readonly string[];
}

const text =
  (byDefault: string): Reader<string> =>
  (value) =>
    value ?? byDefault;

const integer =
  (byDefault: number, least: number, most: number): Reader<number> =>
  (value) => {
    const number = value === undefined ? byDefault : Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  };

const port =
  (byDefault: number | undefined): Reader<number | undefined> =>
  (value) =>
    value === undefined ? byDefault : integer(0, 0, 65535)(value);

const url =
  (byDefault: string): Reader<string> =>
  (value = byDefault) => {
    const parsed = URL.parse(value);
    if (!parsed || !/^https?:$/.test(parsed.protocol))
      throw new Error('must be an address such as https://login.example.com');
    if (parsed.search || parsed.hash || parsed.username || parsed.pathname !== '/')
      throw new Error(`must be a scheme, a host and a port alone, such as ${parsed.origin}`);
    return parsed.origin;
  };

const oneOf =
  <const T extends string>(...values: readonly [T, ...T[]]): Reader<T> =>
  (value) => {
    const found = value === undefined ? values[0] : values.find((allowed) => allowed === value);
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
    return found;
  };

const list = (value: string | undefined) =>
  (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

const cidrs: Reader<readonly string[]> = (value) => {
  const items = list(value).map((item) =>
    item.includes('/') ? item : `${item}/${item.includes(':') ? 128 : 32}`,
  );
  const wrong = items.find((item) => !ipaddr.isValidCIDR(item));
  if (wrong) throw new Error(`has "${wrong}", which is not an address or a CIDR such as 10.0.0.0/8`);
  return items;
};

const colour: Reader<string> = (value = '') => {
  if (!/^#[0-9a-f]{6}$/i.test(value)) throw new Error('must be a colour such as #3b5bdb');
  return value.toLowerCase();
};

/** SPIFFE-ID §2.1: lower-case letters, digits, dots, dashes and underscores. */
const trustDomain: Reader<string> = (value = '') => {
  if (!/^[a-z0-9._-]{1,255}$/.test(value)) throw new Error('must be a name such as example.com');
  return value;
};

const relyingParties: Reader<readonly RelyingParty[]> = (value = '') =>
  value.split(';').map((entry) => {
    const [rpId, origins] = entry.split('=').map((part) => part.trim());
    if (!rpId || !origins) throw new Error('must look like example.com=https://login.example.com');
    return { rpId, origins: list(origins).map((origin) => passkeyOrigin(rpId, origin)) };
  });

/** WebAuthn L3 §5.1.3: the RP ID is the origin's host or a domain above it; http is for localhost alone. */
function passkeyOrigin(rpId: string, origin: string): string {
  const parsed = URL.parse(origin);
  if (!parsed || parsed.origin !== origin)
    throw new Error(`has "${origin}", which is not an origin such as https://login.example.com`);
  if (parsed.protocol !== 'https:' && parsed.hostname !== 'localhost')
    throw new Error(`has "${origin}": browsers offer passkeys on https only, except on localhost`);
  const related = parsed.hostname === rpId || parsed.hostname.endsWith(`.${rpId}`);
  if (!related) throw new Error(`has "${origin}", whose host is not ${rpId} or below it`);
  return origin;
}

/** The value is absent where the setting is, and read by `reader` otherwise. */
const absent =
  <T>(reader: Reader<T>): Reader<T | undefined> =>
  (value) =>
    value === undefined ? undefined : reader(value);

export const readers = {
  text,
  url,
  port,
  integer,
  oneOf,
  cidrs,
  colour,
  relyingParties,
  trustDomain,
  absent,
};
