/** The field and the constant of edwards25519: -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1). */
const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * Whether 32 bytes are a point of edwards25519 in its one encoding (RFC 8032 §5.1.3), of large order. Node imports any
 * 32 bytes as a key. Under a key of small order one signature fits many messages.
 */
export function isSoundEd25519Point(encoded: Buffer): boolean {
  const signAndY = BigInt(`0x${Buffer.from(encoded).reverse().toString('hex')}`);
  const y = signAndY & (2n ** 255n - 1n);
  if (y >= p) return false;
  const u = modulo(y * y - 1n);
  const v = modulo(d * y * y + 1n);
  return isSquare(modulo(u * v)) && !hasSmallOrder(y);
}

/** x² = u/v has a root if u·v is a square: Euler's criterion. */
function isSquare(value: bigint): boolean {
  return power(value, (p - 1n) / 2n) <= 1n;
}

/**
 * Order 1 and 2: y = ±1. Order 4: y = 0. Order 8: doubling gives y = 0, which is x² + y² = 0,
 * and with the curve's equation d·y⁴ + 2y² = 1.
 */
function hasSmallOrder(y: bigint): boolean {
  const square = modulo(y * y);
  return square === 1n || y === 0n || modulo(d * square * square + 2n * square - 1n) === 0n;
}

function modulo(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
