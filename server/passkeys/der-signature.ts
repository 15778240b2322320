/**
 * Whether an ECDSA signature is written in DER (X.690 §8.3, §10.1), as WebAuthn L3 §6.5.5 wants it. The library reads
 * BER, which has many ways to write the same two numbers, and ignores what follows them.
 */
export function isDerSignature(signature: Uint8Array): boolean {
  // Two numbers of at most 33 bytes: the length fits into one byte.
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2) return false;
  return endOfInteger(signature, endOfInteger(signature, 2)) === signature.length;
}

/** Where a positive number in its shortest form ends; `NaN` if there is none. */
function endOfInteger(bytes: Uint8Array, start: number): number {
  const [tag, length = 0, first = 0, second = 0] = bytes.subarray(start, start + 4);
  const isShortest = first !== 0 || (length > 1 && second >= 0x80);
  if (Number.isNaN(start) || tag !== 2 || length < 1 || length > 33) return Number.NaN;
  return first < 0x80 && isShortest ? start + 2 + length : Number.NaN;
}
