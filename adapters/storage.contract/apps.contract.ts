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
        backchannelLogoutUri: 'https://wiki.example.com/logout',
        backchannelLogoutSessionRequired: true,
        frontchannelLogoutUri: 'https://wiki.example.com/frame',
        frontchannelLogoutSessionRequired: true,
        clientCertificate: { subjectDn: 'CN=wiki,O=Example' },
        certificateBoundAccessTokens: true,
        defaultMaxAge: 0,
        initiateLoginUri: 'https://wiki.example.com/login',
        subjectType: 'pairwise',
        sectorIdentifierUri: 'https://wiki.example.com/sector.json',
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

    const proxied = (...origins: string[]) => appSample({ kind: 'proxied', forwardAuth: { origins } });
    const at = (name: string) => `https://${name}.${randomId().toLowerCase()}.example`;

    it('finds an app behind a gateway by each of its origins, as it is now', async () => {
      const [wiki, wall, moved] = [at('wiki'), at('wall'), at('moved')];
      const app = proxied(wiki, wall);
      await apps().insert(app);
      assert.deepEqual(await apps().findByOrigin(wiki), app);
      assert.deepEqual(await apps().findByOrigin(wall), app);
      const changed = {
        ...app,
        forwardAuth: { origins: [wall, moved], openPaths: ['/health'] },
        revision: 1,
      };
      assert.ok(await apps().update(changed, 0));
      assert.deepEqual(await apps().findByOrigin(moved), changed);
      assert.equal(await apps().findByOrigin(wiki), undefined);
      await apps().remove(app.id);
      for (const origin of [wall, moved, '', at('nowhere')])
        assert.equal(await apps().findByOrigin(origin), undefined);
    });

    it('gives an origin to one app, of 50 at once', async () => {
      const taken = at('taken');
      await assertOneWinner(async () => {
        await apps().insert(proxied(at('own'), taken));
        return true;
      });
      await assertConflict(apps().insert(proxied(taken)), 'proxiedOrigins');
      const other = proxied(at('other'));
      await apps().insert(other);
      const grown = { ...other, forwardAuth: { origins: [at('more'), taken] }, revision: 1 };
      await assertConflict(apps().update(grown, 0), 'proxiedOrigins');
      assert.deepEqual(await apps().findById(other.id), other);
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
