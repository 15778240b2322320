import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createAuthenticator } from '../testing/authenticator.ts';
import { createBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { createProcessInstallation } from '../testing/faulty-process.ts';
import {
  addApp,
  askAsApp,
  confirm,
  enrol,
  newCode,
  newTokens,
  redeem,
  type Stage,
} from '../testing/faulty-steps.ts';

describe('an installation that was restored', () => {
  onEachEngine((settings) => {
    it('F27 has its people and apps, and nothing that was used, revoked or open', async () => {
      await using installation = await createProcessInstallation(settings);
      const { people } = installation.administration;
      // A security key that counts: what it counted since the copy was made is ahead of what is restored.
      const authenticator = createAuthenticator({ origin: installation.origin, synced: false });
      const of = { cookies: new Map(), seen: new Set<string>(), authenticator };
      const browser = createBrowser(installation.origin, { of });
      const file = join(installation.config.dataDir, 'copy');
      let stage: Stage;
      let used: Record<string, string>;
      let link: string;
      {
        await using server = await installation.start();
        await enrol(browser, (await people.setupLink({})).link.url, { name: 'Ada', userName: 'ada' });
        stage = { installation, browser, party: await addApp(installation) };
        ({ url: link } = (await people.invite({ name: 'Grace', userName: 'grace' })).link ?? assert.fail());
        used = await newCode(stage);
        const { access_token, refresh_token } = await newTokens(stage);
        assert.match(await installation.latchkey('backup', file), /installation secret is not in it/);
        // After the copy: a passkey is used, a code is redeemed, and everything of one person ends.
        await confirm(browser, 'add-passkey');
        assert.equal((await redeem(stage, used)).status, 200);
        await browser.post('/account/sessions/end-others', {});
        used = { ...used, access_token, refresh_token };
        server.signal('SIGTERM');
        assert.equal((await server.exited).code, 0);
      }
      await installation.latchkey('restore', file, '--replace');
      await using _server = await installation.start();
      const { access_token, refresh_token = '', ...code } = used;
      for (const parameters of [code, { grant_type: 'refresh_token', refresh_token }])
        assert.match((await redeem(stage, parameters)).text, /invalid_grant/);
      const headers = { authorization: `Bearer ${access_token}` };
      assert.equal((await askAsApp(stage, '/me', { headers })).status, 401);
      assert.equal((await browser.get('/account')).status, 303);
      await assert.rejects(enrol(createBrowser(installation.origin), link, { name: 'Grace' }), /410/);
      assert.equal((await redeem(stage, await newCode(stage))).status, 200);
    });
  });
});
