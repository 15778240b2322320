/** What the software authenticator can encode. `raw` is copied as it is: for bytes that no encoder would make. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | { readonly raw: Uint8Array };

export type CborMap = ReadonlyMap<number | string, CborValue>;

/** Encodes one data item in CTAP2 canonical form: shortest lengths, definite lengths; maps keep their order. */
export function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number' || typeof value === 'bigint') return encodeInteger(BigInt(value));
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4);
  if (value === null) return Buffer.of(0xf6);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) {
    const entries = [...(value as CborMap)].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)]);
    return Buffer.concat([head(5, value.size), ...entries]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  return Buffer.from((value as { raw: Uint8Array }).raw);
}

function encodeInteger(value: bigint): Buffer {
  return value < 0n ? head(1, -1n - value) : head(0, value);
}

function head(majorType: number, argument: number | bigint): Buffer {
  const value = BigInt(argument);
  const type = majorType << 5;
  if (value < 24n) return Buffer.of(type | Number(value));
  const size = [1, 2, 4, 8].find((bytes) => value < 1n << BigInt(bytes * 8));
  if (!size) throw new RangeError('CBOR has no integers beyond 64 bits');
  const hex = value.toString(16).padStart(size * 2, '0');
  return Buffer.concat([Buffer.of(type | (24 + Math.log2(size))), Buffer.from(hex, 'hex')]);
}
