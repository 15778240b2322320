/** Names of X.500 as RFC 4514 writes them, compared as RFC 4517 §4.2.15 compares them. */

/** One relative name: attributes by type, in lower case; usually one. */
type RelativeName = ReadonlyMap<string, string>;

/** Names of one type: the numbers that have a short form. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '2.5.4.6': 'c',
  '2.5.4.9': 'street',
  '2.5.4.5': 'serialnumber',
  '0.9.2342.19200300.100.1.25': 'dc',
  '0.9.2342.19200300.100.1.1': 'uid',
  '1.2.840.113549.1.9.1': 'email',
  e: 'email',
  emailaddress: 'email',
  s: 'st',
};

const typeOf = (written: string): string => shortNames[written.toLowerCase()] ?? written.toLowerCase();

/** Case and repeated spaces say nothing (caseIgnoreMatch, RFC 4518 §2.6.1). */
const preparedValue = (text: string): string =>
  text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

/**
 * @param name as RFC 4514 writes it, the most specific part first: `CN=billing,O=Example,C=DE`
 * @throws TypeError where it is not one
 */
export function parseDistinguishedName(name: string): RelativeName[] {
  const relative: Map<string, string>[] = [new Map()];
  let rest = name;
  for (;;) {
    const [whole, type = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*/.exec(rest) ?? [];
    if (whole === undefined)
      throw new TypeError('is not a name such as CN=billing,O=Example,C=DE (RFC 4514)');
    const { value, length } = readValue(rest.slice(whole.length));
    const part = relative.at(-1);
    if (part?.has(typeOf(type))) throw new TypeError(`has ${type} twice in one part`);
    part?.set(typeOf(type), preparedValue(value));
    const after = whole.length + length;
    if (after === rest.length) return relative;
    if (rest[after] === ',') relative.push(new Map());
    rest = rest.slice(after + 1);
  }
}

/** Up to the next bare comma or plus. Hexadecimal pairs are bytes of UTF-8 (RFC 4514 §2.4). */
function readValue(text: string): { value: string; length: number } {
  const written =
    /^(?:\\[0-9a-fA-F]{2}|\\[ "#+,;<=>\\]|[^\\,+"<>;#])(?:\\[0-9a-fA-F]{2}|\\[ "#+,;<=>\\]|[^\\,+"<>;])*/.exec(
      text,
    );
  const [whole = ''] = written ?? [];
  const next = text[whole.length];
  if (whole.trim() === '' || (next !== undefined && next !== ',' && next !== '+'))
    throw new TypeError('has a value that is empty, or a character that must be escaped (RFC 4514 §2.4)');
  const value = whole
    .replaceAll(/(?:\\[0-9a-fA-F]{2})+/g, (pairs) =>
      Buffer.from(pairs.replaceAll('\\', ''), 'hex').toString(),
    )
    .replaceAll(/\\(.)/g, '$1');
  return { value, length: whole.length };
}

/** As `@peculiar/x509` reads a name out of DER: the least specific part first, values as they are. */
export type NameInCertificate = readonly Readonly<Record<string, readonly string[]>>[];

export function isNamed(certificate: NameInCertificate, expected: string): boolean {
  const wanted = parseDistinguishedName(expected).toReversed();
  return (
    certificate.length === wanted.length &&
    certificate.every((part, index) => {
      const found = Object.entries(part).flatMap(([type, values]) =>
        values.map((value) => [typeOf(type), preparedValue(value)] as const),
      );
      const relative = wanted[index] ?? new Map<string, string>();
      const types = new Set(found.map(([type]) => type));
      return (
        found.length === relative.size &&
        types.size === relative.size &&
        found.every(([type, value]) => relative.get(type) === value)
      );
    })
  );
}
