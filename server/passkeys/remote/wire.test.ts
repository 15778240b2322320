import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireMethods } from './wire.ts';

const event = { id: '1', at: 1, type: 'passkey_removed', userHandle: 'h', passkeyId: 'p' };
const receipt = { id: 'r', at: 1, userHandle: 'h', passkeyId: 'p', purpose: 'sign-in', jws: 'a.b.c' };
const key = { id: 'k', publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, currentAt: 1 };

const lists = {
  listPasskeyEvents: [
    (entry: object) => ({ events: [entry] }),
    event,
    [{ at: '1' }, { at: null }, { at: Number.NaN }, { userHandle: 1 }, { passkeyId: 1 }, { type: 'other' }],
  ],
  listReceipts: [
    (entry: object) => ({ receipts: [entry] }),
    receipt,
    [
      { id: 1 },
      { at: undefined },
      { userHandle: null },
      { passkeyId: 1 },
      { purpose: undefined },
      { jws: 1 },
    ],
  ],
  listReceiptKeys: [
    (entry: object) => ({ keys: [entry] }),
    key,
    [{ id: undefined }, { publicJwk: {} }, { currentAt: '1' }, { retiredAt: null }],
  ],
} as const;

describe('what a passkey manager elsewhere lists', () => {
  for (const [method, [answer, entry, changes]] of Object.entries(lists))
    it(`${method} is read entry by entry`, () => {
      const read = (given: object) =>
        wireMethods[method as keyof typeof lists].answer.safeParse(answer(given)).success;
      assert.ok(read(entry));
      for (const change of changes) assert.ok(!read({ ...entry, ...change }), JSON.stringify(change));
    });

  it('an event of a handle has no passkey', () => {
    const { passkeyId, ...gone } = { ...event, type: 'handle_removed' };
    assert.ok(wireMethods.listPasskeyEvents.answer.safeParse({ events: [gone] }).success);
  });
});
