import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { createProcessInstallation, type ProcessInstallation } from '../testing/faulty-process.ts';
import {
  addApp,
  addPasskey,
  confirm,
  enrol,
  getCode,
  newCode,
  redeem,
  type Stage,
} from '../testing/faulty-steps.ts';
import { beginAuthorization, json, type SignInPageData } from '../testing/journeys.ts';

/** What the browser sees of a server that is gone. */
const isConnectionError = (error: unknown) => error instanceof TypeError && error.message === 'fetch failed';

const ada = { name: 'Ada', userName: 'ada' };

describe('a server that is killed', () => {
  onEachEngine((settings) => {
    let installation: ProcessInstallation;
    let stage: Stage;

    before(async () => {
      installation = await createProcessInstallation(settings);
    });
    after(() => installation?.[Symbol.asyncDispose]());

    /** Lets a server end at this moment of the work, and starts the next one. */
    async function through(fault: string, work: () => Promise<unknown>): Promise<void> {
      await using server = await installation.start({ fault });
      await assert.rejects(work(), isConnectionError);
      assert.equal((await server.exited).signal, 'SIGKILL');
    }

    /** The same, with a server that ends when the test says so. */
    async function killedBetween<T>(first: () => Promise<T>): Promise<T> {
      await using server = await installation.start();
      const result = await first();
      server.signal('SIGKILL');
      assert.equal((await server.exited).signal, 'SIGKILL');
      return result;
    }

    const passkeysOf = async (userName: string) =>
      (await installation.administration.people.show({ user: userName })).passkeys;

    it('F3 after the passkey of a setup link: the link is void, a new one makes the administrator', async () => {
      const { people } = installation.administration;
      const { link } = await people.setupLink({});
      await through('after passkeys.insert 1', () =>
        enrol(createBrowser(installation.origin), link.url, ada),
      );
      assert.deepEqual((await installation.storage.accounts.list({ limit: 9 })).items, []);
      await using _server = await installation.start();
      const browser = createBrowser(installation.origin);
      await assert.rejects(enrol(browser, link.url, ada), /^Refused: 410/);
      await enrol(browser, (await people.setupLink({})).link.url, ada);
      assert.equal((await passkeysOf('ada')).length, 1);
      stage = { installation, browser, party: await addApp(installation) };
    });

    it('F3 after the passkey of an invitation: it is there once, signs in, and its person can remove it', async () => {
      const { link = assert.fail() } = await installation.administration.people.invite({
        name: 'Grace',
        userName: 'grace',
      });
      const browser = createBrowser(installation.origin);
      await through('after passkeys.insert 1', () => enrol(browser, link.url, { name: 'Grace' }));
      await using _server = await installation.start();
      assert.equal((await passkeysOf('grace')).length, 1);
      await assert.rejects(enrol(browser, link.url, { name: 'Grace' }), /^Refused: 410/);
      await newCode({ ...stage, browser });
      await addPasskey(browser);
      const [passkey] = await passkeysOf('grace');
      const proof = await confirm(browser, 'remove-passkey');
      const removed = await browser.post('/account/passkeys/remove', { passkeyId: passkey?.id, proof });
      assert.equal(removed.status, 200, removed.text);
      assert.ok(!(await passkeysOf('grace')).some(({ id }) => id === passkey?.id));
    });

    it('F3 after a passkey was added: it is there once, and registering it again says so', async () => {
      const { browser } = stage;
      await through('after passkeys.insert 1', () => addPasskey(browser));
      assert.equal((await passkeysOf('ada')).length, 2);
      await using _server = await installation.start();
      const proof = await confirm(browser, 'add-passkey');
      const { options } = json<{ options: { excludeCredentials: { id: string }[] } }>(
        await browser.post('/account/passkeys/options', { proof }),
      );
      const excluded = options.excludeCredentials.map(({ id }) => id).toSorted();
      assert.deepEqual(excluded, (await passkeysOf('ada')).map(({ id }) => id).toSorted());
    });

    it('F1 between options and answer: the sign-in that was begun is finished', async () => {
      const { browser, party } = stage;
      browser.cookies.clear();
      const { url } = await beginAuthorization(party);
      const page = await killedBetween(() => browser.follow(url));
      await using _server = await installation.start();
      const code = await getCode(browser, await answer(browser, page));
      assert.ok(code.searchParams.get('code'));
    });

    it('F1 after the answer took the challenge: no session, and the page can ask for another', async () => {
      const { browser, party } = stage;
      browser.cookies.clear();
      let page: Answer | undefined;
      await through('after challenges.take 1', async () => {
        page = await browser.follow((await beginAuthorization(party)).url);
        await answer(browser, page);
      });
      await using _server = await installation.start();
      assert.ok(page);
      await assert.rejects(answer(browser, page), /challenge_expired/);
      const { urls } = pageData<SignInPageData>(page);
      const { options } = json<SignInPageData>(await browser.post(urls.options, {}));
      const again = await browser.post(urls.login, { response: browser.authenticator.get(options) });
      assert.equal(again.status, 200, again.text);
    });

    for (const moment of ['recordConsumed', 'upsert']) {
      it(`F2 after ${moment} of a code: a second try is refused, and ends what the first one stored`, async () => {
        await installation.storage.artifacts.removeByApp(clientId());
        const code = await killedBetween(() => newCode(stage));
        assert.equal((await grantsOfTheApp()).length, 1);
        await through(`after artifacts.${moment} 1`, () => redeem(stage, code));
        await using _server = await installation.start();
        const again = await redeem(stage, code);
        assert.deepEqual([again.status, JSON.parse(again.text).error], [400, 'invalid_grant']);
        assert.deepEqual(await grantsOfTheApp(), []);
        assert.equal((await redeem(stage, await newCode(stage))).status, 200);
      });
    }

    async function grantsOfTheApp() {
      const { account } = await installation.administration.people.show({ user: 'ada' });
      const grants = await installation.storage.artifacts.listByAccount(account.sub, 'Grant');
      return grants.filter(({ appId }) => appId === clientId());
    }

    const clientId = () => stage.party.config.clientMetadata().client_id;
  });
});

/** Answers a sign-in page as its script does, to where it goes on. */
async function answer(browser: TestBrowser, page: Answer): Promise<string> {
  const { options, urls } = pageData<SignInPageData>(page);
  const answered = await browser.post(urls.login, { response: browser.authenticator.get(options) });
  assert.equal(answered.status, 200, answered.text);
  return json<{ location: string }>(answered).location;
}
