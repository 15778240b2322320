import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '../accounts/account.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { createPasskeyNews } from './passkey-news.ts';
import { isStanding } from './standing.ts';

function openNews() {
  const clock = { now: 1_800_000_000_000 };
  return { clock, news: createPasskeyNews(() => clock.now) };
}

const minute = 60_000;

describe('news of passkeys', () => {
  it('are no news before the list was read, and once it was read too long ago', () => {
    const { clock, news } = openNews();
    assert.equal(news.isQuiet('a'), false);
    news.heardAll(clock.now);
    assert.equal(news.isQuiet('a'), true);
    clock.now += 3000;
    assert.equal(news.isQuiet('a'), false);
    // A clock that was put back proves nothing.
    clock.now -= 10_000;
    assert.equal(news.isQuiet('a'), false);
  });

  it('concern the handle whose passkey ended, for as long as a sign-in may have begun before', () => {
    const { clock, news } = openNews();
    news.heard('a', clock.now);
    for (const [passed, isQuiet] of [
      [0, false],
      [64 * minute, false],
      [2 * minute, true],
    ] as const) {
      clock.now += passed;
      news.heardAll(clock.now);
      assert.equal(news.isQuiet('a'), isQuiet, `${passed}`);
      assert.equal(news.isQuiet('b'), true);
    }
  });

  it('are heard at once where it is us who end a passkey: by a removal, and by a recovery', async () => {
    for (const [method, assurance, isQuiet] of [
      ['removePasskey', 'confirmed', false],
      ['finishRegistration', 'unconfirmed', false],
      ['finishRegistration', 'confirmed', true],
    ] as const) {
      const { clock, news } = openNews();
      const called: unknown[] = [];
      const answer = async (input: unknown) => {
        called.push(input);
        return { userHandle: 'a', passkey: { assurance } };
      };
      const manager = { removePasskey: answer, finishRegistration: answer } as unknown as PasskeyManager;
      const input = { userHandle: 'a' } as never;
      await news.watching(manager)[method](input);
      news.heardAll(clock.now);
      assert.deepEqual([news.isQuiet('a'), called], [isQuiet, [input]], `${method} ${assurance}`);
    }
  });

  it('spare a sign-in its question to the passkey manager, unless there may be some', async () => {
    const { clock, news } = openNews();
    const account = { status: 'active', revision: 1, userHandles: ['a', 'b'] } as Account;
    let asked = 0;
    const manager = {
      async listPasskeys() {
        asked += 1;
        return { passkeys: [] };
      },
    };
    const standing = () =>
      isStanding(
        { accounts: { findBySub: async () => account }, manager, news },
        { sub: 'sub', passkeyId: 'x', revision: 1 },
      );
    assert.deepEqual([await standing(), asked], [false, 2], 'before the list was read');
    news.heardAll(clock.now);
    assert.deepEqual([await standing(), asked], [true, 2], 'nothing was heard');
    news.heard('b', clock.now);
    assert.deepEqual([await standing(), asked], [false, 4], 'of one of the handles');
  });
});
