import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { type Answer, createBrowser, pageData } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { enrol } from '../testing/faulty-steps.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';

describe('setup links', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation;

    before(async () => {
      installation = await startInstallation(settings);
    });
    after(() => installation?.[Symbol.asyncDispose]());

    const newLink = async () => (await installation.administration.people.setupLink({})).link.url;
    const administrators = () => installation.storage.accounts.listByRole('administrator');

    /** Opens a link and gets as far as the answer of the authenticator. */
    async function begun(url: string, userName: string): Promise<() => Promise<Answer>> {
      const browser = createBrowser(installation.origin);
      const { urls } = pageData<{ urls: { options: string; finish: string } }>(await browser.follow(url));
      const { text } = await browser.post(urls.options, { name: userName, userName });
      const { options } = JSON.parse(text) as { options: PublicKeyCredentialCreationOptionsJSON };
      return () => browser.post(urls.finish, { response: browser.authenticator.create(options) });
    }

    it('without one nobody becomes administrator, and the page says where to find it', async () => {
      const browser = createBrowser(installation.origin);
      assert.match((await browser.get('/setup')).text, /setup-link/);
      const typed = { name: 'Eve', userName: 'eve' };
      assert.equal((await browser.post('/setup/options', typed)).status, 410);
      assert.equal((await browser.post('/setup', { response: {} })).status, 410);
      assert.deepEqual(await administrators(), []);
    });

    it('are used up by nothing but a verified passkey', async () => {
      const url = await newLink();
      for (let opened = 0; opened < 3; opened += 1) {
        const browser = createBrowser(installation.origin);
        assert.equal((await browser.follow(url)).status, 200);
        const { status } = await browser.post('/setup', { response: { id: 'x' } });
        assert.equal(status, 400);
      }
      assert.equal((await createBrowser(installation.origin).follow(url)).status, 200);
    });

    it('F11 are over after an hour, opened or not', async () => {
      const url = await newLink();
      const finish = await begun(url, 'late');
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 61 * 60_000 });
      try {
        assert.equal((await finish()).status, 410);
        assert.equal((await createBrowser(installation.origin).follow(url)).status, 410);
      } finally {
        mock.timers.reset();
      }
      assert.deepEqual(await administrators(), []);
    });

    it('F18 stand side by side, and answered at once they make one administrator and void all', async () => {
      const links = [await newLink(), await newLink(), await newLink()];
      const [spare = '', ...used] = links;
      const finishing = await Promise.all(
        used.flatMap((url, i) => [begun(url, `ada${i}`), begun(url, `grace${i}`)]),
      );
      const answers = await Promise.all(finishing.map((finish) => finish()));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 410, 410, 410]);
      assert.equal((await administrators()).length, 1);
      for (const url of [spare, ...used])
        await assert.rejects(
          enrol(createBrowser(installation.origin), url, { name: 'Eve', userName: 'eve' }),
          /^Refused: 410/,
        );
      await assert.rejects(newLink(), { code: 'conflict' });
    });

    it('leave their token out of the log', async () => {
      const logged = installation.log.join('');
      assert.ok(logged.includes('"/setup"'));
      const [, printed = ''] = /"url":"[^"]*token=([\w-]+)"/.exec(logged) ?? [];
      const others = installation.log.filter((line) => !line.includes('"setup link"')).join('');
      assert.ok(printed && !others.includes(printed));
      assert.doesNotMatch(others, /token=/);
    });
  });
});
