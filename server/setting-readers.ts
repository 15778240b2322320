import ipaddr from 'ipaddr.js';

/** Reads one setting. Gets `undefined` where it is not set; throws an `Error` that says what to put. */
export type Reader<T> = (value: string | undefined) => T;

export interface Setting<T> {
  read: Reader<T>;
  /** What it is, in one sentence an operator understands. */
  about: string;
  /** What holds when it is not set, in words or as a value. */
  byDefault: string;
  /** Never printed or logged; may come from `NAME_FILE`. */
  secret?: true;
}

export function setting<T>(read: Reader<T>, byDefault: string, about: string): Setting<T> {
  return { read, about, byDefault };
}

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

/** `off`, a file, or an address with any path. */
const metadataSource =
  (byDefault: string): Reader<string> =>
  (value = byDefault) => {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
    const parsed = URL.parse(value);
    if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.hash)
      throw new Error(
        'must be an address such as https://mds3.fidoalliance.org/, the path of a file, or off',
      );
    return parsed.href;
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

const cidrOf = (item: string) => (item.includes('/') ? item : `${item}/${item.includes(':') ? 128 : 32}`);

const cidrs: Reader<readonly string[]> = (value) => {
  const items = list(value);
  const wrong = items.find((item) => !ipaddr.isValidCIDR(cidrOf(item)));
  if (wrong) throw new Error(`has "${wrong}", which is not an address or a CIDR such as 10.0.0.0/8`);
  return items.map(cidrOf);
};

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/** Addresses become CIDR, what is none is a host name. */
const hostsAndCidrs: Reader<readonly string[]> = (value) =>
  list(value).map((item) => {
    if (item.includes('/') || ipaddr.isValid(item)) return cidrs(item)[0] ?? item;
    const host = item.toLowerCase();
    if (!hostName.test(host))
      throw new Error(`has "${item}", which is not a host, an address or a CIDR such as 10.0.0.0/8`);
    return host;
  });

/** Names, and `*.example.com` for all below one. */
const hostPatterns: Reader<readonly string[]> = (value) =>
  list(value).map((item) => {
    const pattern = item.toLowerCase();
    if (!hostName.test(pattern.replace(/^\*\./, '')) || !pattern.includes('.'))
      throw new Error(`has "${item}", which is not a host such as example.com or *.example.com`);
    return pattern;
  });

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

/** `smtp://user:password@host:587` or `smtps://…`: nothing else that a library might read out of an address. */
const smtpUrl: Reader<string> = (value = '') => {
  const parsed = URL.parse(value);
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || !parsed.hostname)
    throw new Error('must be an address such as smtp://user:password@mail.example.com:587');
  if (parsed.search || parsed.hash || !['', '/'].includes(parsed.pathname))
    throw new Error('must be a scheme, a user, a password, a host and a port alone');
  return value;
};

/** `login@example.com` or `Example <login@example.com>`. */
const mailbox: Reader<string> = (value = '') => {
  if (
    !/^([^<>@,;:"\\\p{C}]* <)?[^\s@<>,;:"\p{C}]+@[^\s@<>,;:"\p{C}]+>?$/u.test(value) ||
    /</.test(value) !== />$/.test(value)
  )
    throw new Error('must be an address such as login@example.com or Example <login@example.com>');
  return value;
};

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
  metadataSource,
  oneOf,
  cidrs,
  hostsAndCidrs,
  hostPatterns,
  colour,
  relyingParties,
  trustDomain,
  smtpUrl,
  mailbox,
  absent,
};
