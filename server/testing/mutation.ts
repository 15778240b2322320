import fc from 'fast-check';

/** What a hostile browser does to bytes: changes, removes, inserts, cuts or repeats them. Always changes something. */
export const mutation: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc
  .tuple(
    fc.constantFrom('flip', 'remove', 'insert', 'cut', 'repeat'),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.integer({ min: 1, max: 255 }),
  )
  .map(([kind, place, value]) => (bytes: Buffer) => {
    const at = Math.floor(place * bytes.length);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind === 'remove') return Buffer.concat([head, tail.subarray(1)]);
    if (kind === 'insert') return Buffer.concat([head, Buffer.of(value), tail]);
    if (kind === 'cut') return head;
    if (kind === 'repeat') return Buffer.concat([bytes, tail]);
    return Buffer.concat([head, Buffer.of((tail[0] ?? 0) ^ value), tail.subarray(1)]);
  });
