/** One element of DER (X.690 §8.1): its tag, what is in it, and all of its bytes. */
export interface Element {
  /** Its identifier octets as one number: `0x30` is a sequence, `0xbf853e` is `[702]` (§8.1.2.4). */
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/**
 * The elements that follow one another in `der`.
 * @throws Error where it is not DER
 */
export function elements(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let rest = der; rest.length > 0; ) {
    const { tagLength, begin, end } = boundsOf(rest);
    const tag = rest.readUIntBE(0, tagLength);
    found.push({ tag, content: rest.subarray(begin, end), whole: rest.subarray(0, end) });
    rest = rest.subarray(end);
  }
  return found;
}

function boundsOf(der: Buffer): { tagLength: number; begin: number; end: number } {
  const tagLength = lengthOfTag(der);
  const first = der.readUInt8(tagLength);
  const lengthBytes = first & 0x80 ? first & 0x7f : 0;
  if (first === 0x80 || lengthBytes > 4) throw new Error('not DER');
  const begin = tagLength + 1 + lengthBytes;
  const end = begin + (lengthBytes === 0 ? first : der.readUIntBE(tagLength + 1, lengthBytes));
  if (end > der.length) throw new Error('DER that is cut off');
  return { tagLength, begin, end };
}

/** Numbers above 30 follow in bytes of their own, of which all but the last have the highest bit. */
function lengthOfTag(der: Buffer): number {
  if ((der.readUInt8(0) & 0x1f) !== 0x1f) return 1;
  const last = der.subarray(1, 4).findIndex((byte) => byte < 0x80);
  if (last < 0) throw new Error('not DER: a tag without an end');
  return last + 2;
}
