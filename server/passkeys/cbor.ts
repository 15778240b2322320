import { isUtf8 } from 'node:buffer';
import { refuse } from './refusal.ts';

/** An attestation object is 4 deep (chains of certificates); CTAP2 messages too. */
const deepest = 8;

/**
 * Finds where one CBOR data item ends, and refuses what CTAP2's canonical form (CTAP 2.2 §8) has no room for:
 * indefinite and longer than shortest lengths, tags, floats, anything truncated or nested deeply. The library's
 * decoder accepts or is broken by some of these; behind this check it only sees what it was made for.
 */
export function endOfCborItem(bytes: Uint8Array, offset: number, depth = 0): number {
  if (depth > deepest) refuse('cbor_malformed');
  const { majorType, argument, end } = readHead(bytes, offset);
  if (majorType === 2 || majorType === 3) return endOfString(bytes, end, { length: argument, majorType });
  if (majorType === 4) return endOfItems(bytes, end, { count: argument, depth });
  if (majorType === 5) return endOfItems(bytes, end, { count: argument * 2, depth });
  const isSimple = majorType === 7 && argument >= 20 && argument <= 23;
  if (majorType > 1 && !isSimple) refuse('cbor_malformed');
  return end;
}

function readHead(bytes: Uint8Array, offset: number) {
  const initial = bytes[offset];
  if (initial === undefined) refuse('cbor_malformed');
  const majorType = initial >> 5;
  const additional = initial & 0x1f;
  if (additional < 24) return { majorType, argument: additional, end: offset + 1 };
  if (additional > 27 || majorType === 7) refuse('cbor_malformed');
  const size = 2 ** (additional - 24);
  const end = offset + 1 + size;
  if (end > bytes.length) refuse('cbor_malformed');
  const argument = bytes.subarray(offset + 1, end).reduce((value, byte) => value * 256 + byte, 0);
  const least = size === 1 ? 24 : 256 ** (size / 2);
  if (argument < least || !Number.isSafeInteger(argument)) refuse('cbor_malformed');
  return { majorType, argument, end };
}

function endOfString(
  bytes: Uint8Array,
  start: number,
  { length, majorType }: { length: number; majorType: 2 | 3 },
): number {
  const end = start + length;
  if (end > bytes.length) refuse('cbor_malformed');
  if (majorType === 3 && !isUtf8(bytes.subarray(start, end))) refuse('cbor_malformed');
  return end;
}

/** The work is bounded by the bytes there are: each item takes at least one, whatever the count claims. */
function endOfItems(
  bytes: Uint8Array,
  start: number,
  { count, depth }: { count: number; depth: number },
): number {
  let end = start;
  for (let item = 0; item < count; item += 1) end = endOfCborItem(bytes, end, depth + 1);
  return end;
}

/** @throws AppError if these bytes are anything but one data item */
export function checkCborItem(bytes: Uint8Array): void {
  if (endOfCborItem(bytes, 0) !== bytes.length) refuse('cbor_malformed');
}
