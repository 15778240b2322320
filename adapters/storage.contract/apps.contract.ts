import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { appSample, now, oddStrings, randomId } from './samples.ts';

export function appsContract(name: string, open: Open): void {
  describe(`${name}: apps`, () => {
    const storage = openedOnce(open);
    const apps = () => storage().apps;

    it('keeps every field, and leaves absent ones absent', async () => {
      const bare = appSample({ secrets: [], redirectUris: [] });
      const full = appSample({
        secrets: [
          { id: 's1', hash: 'hmac-sha256:abc', createdAt: now },
          { id: 's2', hash: '$2b$10$abc', createdAt: now, expiresAt: now + 1 },
        ],
        lifetimes: { accessToken: 60, session: 3600 },
        logoUri: 'https://wiki.example.com/logo.svg',
      });
      await apps().insert(bare);
      await apps().insert(full);
      assert.deepEqual(await apps().findById(bare.id), bare);
      assert.deepEqual(await apps().findById(full.id), full);
      assert.equal(await apps().findById(randomId()), undefined);
    });

    it('refuses a client id that is there, of 50 at once all but one', async () => {
      const id = randomId();
      await assertOneWinner(async () => {
        await apps().insert(appSample({ id }));
        return true;
      });
      await assertConflict(apps().insert(appSample({ id })), 'id');
    });

    it('lets one of 50 updates of one revision win', async () => {
      const app = appSample({ logoUri: 'https://wiki.example.com/logo.svg' });
      await apps().insert(app);
      const { logoUri, ...bare } = app;
      await assertOneWinner(() => apps().update({ ...bare, name: 'Notes', secrets: [], revision: 1 }, 0));
      assert.deepEqual(await apps().findById(app.id), { ...bare, name: 'Notes', secrets: [], revision: 1 });
      assert.equal(await apps().update(appSample(), 0), false);
    });

    it('removes an app once', async () => {
      const app = appSample();
      await apps().insert(app);
      await assertOneWinner(() => apps().remove(app.id));
    });

    it('lists in order of id, page by page', async () => {
      const prefix = randomId();
      for (const letter of ['b', 'c', 'a']) await apps().insert(appSample({ id: `${prefix}${letter}` }));
      const first = await apps().list({ after: prefix, limit: 2 });
      assert.deepEqual(
        first.items.map(({ id }) => id.at(-1)),
        ['a', 'b'],
      );
      const second = await apps().list({ after: String(first.next), limit: 1 });
      assert.deepEqual(
        second.items.map(({ id }) => id.at(-1)),
        ['c'],
      );
    });

    it('takes odd strings for nothing but strings', async () => {
      for (const odd of oddStrings) {
        const app = appSample({ id: `${odd}${randomId()}`, name: odd, redirectUris: [odd] });
        await apps().insert(app);
        assert.deepEqual(await apps().findById(app.id), app);
      }
    });
  });
}
