/** One element of DER (X.690 §8.1): its tag, what is in it, and all of its bytes. */
export interface Element {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/**
 * The elements that follow one another in `der`.
 * @throws Error where it is not DER with tags of one byte
 */
export function elements(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let rest = der; rest.length > 0; ) {
    const { begin, end } = boundsOf(rest);
    found.push({ tag: rest.readUInt8(0), content: rest.subarray(begin, end), whole: rest.subarray(0, end) });
    rest = rest.subarray(end);
  }
  return found;
}

function boundsOf(der: Buffer): { begin: number; end: number } {
  const first = der.readUInt8(1);
  const lengthBytes = first & 0x80 ? first & 0x7f : 0;
  if (first === 0x80 || lengthBytes > 4) throw new Error('not DER');
  const begin = 2 + lengthBytes;
  const end = begin + (lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes));
  if (end > der.length) throw new Error('DER that is cut off');
  return { begin, end };
}
