import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initialAccessTokenSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId } from './samples.ts';

export function initialAccessTokensContract(name: string, open: Open): void {
  describe(`${name}: initial access tokens`, () => {
    const storage = openedOnce(open);
    const tokens = () => storage().initialAccessTokens;

    it('keeps every field, and leaves absent ones absent', async () => {
      const full = initialAccessTokenSample({
        policy: {
          ...{ kinds: ['web'], scopes: ['openid'], redirectHosts: ['a.example'], outboundHosts: ['b'] },
          grantTypes: ['urn:openid:params:grant-type:ciba'],
        },
      });
      for (const token of [full, initialAccessTokenSample()]) {
        await tokens().insert(token);
        assert.deepEqual(await tokens().find(token.id, now), token);
      }
      await assertConflict(tokens().insert(full), 'id');
    });

    it('F18 lets one of 50 have its last use', async () => {
      const token = initialAccessTokenSample({ usesLeft: 1 });
      await tokens().insert(token);
      await assertOneWinner(() => tokens().update({ ...token, usesLeft: 0 }, 1));
      const found = await tokens().find(token.id, now);
      assert.deepEqual([found?.usesLeft, found?.revision], [0, 2]);
      assert.equal(await tokens().update(initialAccessTokenSample(), 1), false);
    });

    it('lists in order of id, page by page, and removes', async () => {
      const prefix = `~${randomId()}`;
      for (const id of ['c', 'a', 'b', 'd'])
        await tokens().insert(initialAccessTokenSample({ id: `${prefix}${id}` }));
      assert.equal(await tokens().remove(`${prefix}d`), true);
      assert.equal(await tokens().remove(`${prefix}d`), false);
      const pages = await collectPages((after = prefix) => tokens().list({ after, limit: 2, now }));
      const ids = (page: { id: string }[]) => page.map(({ id }) => id.slice(prefix.length));
      assert.deepEqual(pages.map(ids), [['a', 'b'], ['c']]);
    });

    it('F11 neither finds nor lists an expired one, and removes it', async () => {
      const token = initialAccessTokenSample({ id: `~~${randomId()}`, expiresAt: now - 9_000_000 });
      await tokens().insert(token);
      assert.equal(await tokens().find(token.id, token.expiresAt), undefined);
      assert.deepEqual((await tokens().list({ after: '~~', limit: 9, now: token.expiresAt })).items, []);
      assert.deepEqual(await tokens().find(token.id, token.expiresAt - 1), token);
      assert.equal(await tokens().removeExpired(token.expiresAt - 1), 0);
      assert.equal(await tokens().removeExpired(token.expiresAt), 1);
    });
  });
}
