import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { StorageError } from '../errors.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import {
  addApp,
  askAsApp,
  enrol,
  newTokens,
  ok,
  Refused,
  redeem,
  type Stage,
  type Tokens,
} from '../testing/faulty-steps.ts';
import { watchStorage } from '../testing/faulty-storage.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { json } from '../testing/journeys.ts';

/** Everything but `find`, `list` and the like. */
const isWrite = (call: string) => !/\.(find|list|is|search|count)/.test(call);

describe('a storage whose disk is full, or read-only', () => {
  onEachEngine((settings) => {
    let isFull = false;
    let installation: TestInstallation;
    let ada: TestBrowser;
    let stage: Stage;
    let tokens: Tokens;

    const hooks = {
      before(call: string) {
        if (isFull && isWrite(call)) throw new StorageError('read_only', 'the disk is full');
      },
    };

    before(async () => {
      installation = await startInstallation(settings, async (options) =>
        watchStorage(await openStorage(options), hooks),
      );
      ada = createBrowser(installation.origin);
      const { link } = await installation.administration.people.setupLink({});
      await enrol(ada, link.url, { name: 'Ada', userName: 'ada' });
      stage = { installation, browser: ada, party: await addApp(installation) };
      tokens = await newTokens(stage);
      isFull = true;
    });
    after(() => installation?.[Symbol.asyncDispose]());

    const refresh = () => redeem(stage, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });

    it('F8 signs nobody in, and says so with 503', async () => {
      const browser = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
      await assert.rejects(newTokens({ ...stage, browser }), (error) => {
        assert.ok(error instanceof Refused);
        const { status, location = '' } = error.answer;
        assert.ok(status === 503 || location.includes('temporarily_unavailable'), String(error));
        return true;
      });
      assert.equal((await refresh()).status, 503);
    });

    it('F8 goes on to read: keys, what a token says, who is signed in', async () => {
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      assert.equal((await askAsApp(stage, '/me', { headers })).status, 200);
      for (const path of ['/jwks', '/.well-known/openid-configuration', '/health/live'])
        assert.equal((await ada.get(path)).status, 200, path);
      assert.equal((await ada.get('/account')).status, 200);
    });

    it('F8 is used again without a restart, and nothing that it refused was half done', async () => {
      isFull = false;
      tokens = json<Tokens>(ok(await refresh()));
      await newTokens(stage);
      const page = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
      await newTokens({ ...stage, browser: page });
    });
  });
});
