/** Writes DER (X.690), right or wrong as a test wants it. */

export const der = {
  sequence: (...items: Uint8Array[]) => element([0x30], ...items),
  set: (...items: Uint8Array[]) => element([0x31], ...items),
  boolean: (value: boolean) => element([0x01], Buffer.of(value ? 0xff : 0)),
  /** Small and not negative, or the bytes of a large one. */
  integer: (value: number | Uint8Array) => element([0x02], positive(value)),
  enumerated: (value: number) => element([0x0a], Buffer.of(value)),
  bits: (value: Uint8Array, unused = 0) => element([0x03], Buffer.of(unused), value),
  octets: (value: Uint8Array) => element([0x04], value),
  null: () => element([0x05]),
  oid: (dotted: string) => element([0x06], objectIdentifier(dotted)),
  utf8: (text: string) => element([0x0c], Buffer.from(text)),
  printable: (text: string) => element([0x13], Buffer.from(text)),
  /** GeneralizedTime; certificates until 2049 would have UTCTime, but every reader takes this one (RFC 5280 §4.1.2.5). */
  time: (at: number) =>
    element([0x18], Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`)),
  /** Explicitly tagged: `[number]` around something. */
  tagged: (number: number, ...items: Uint8Array[]) => element(contextTag(number), ...items),
};

function element(tag: number[], ...items: Uint8Array[]): Buffer {
  const content = Buffer.concat(items);
  return Buffer.concat([Buffer.from(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

function positive(value: number | Uint8Array): Buffer {
  const hex = typeof value === 'number' ? value.toString(16) : Buffer.from(value).toString('hex');
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function contextTag(number: number): number[] {
  return number < 31 ? [0xa0 | number] : [0xbf, ...base128(number)];
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...others].flatMap(base128));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
