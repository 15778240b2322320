import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { type Answer, createBrowser, pageData } from '../testing/browser.ts';
import { type Cluster, startCluster } from '../testing/faulty-cluster.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { addApp, enrol, getCode, newCode, newTokens, redeem, type Stage } from '../testing/faulty-steps.ts';
import { beginAuthorization, json, type SignInPageData } from '../testing/journeys.ts';

const rounds = 5;
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted();

describe('several at once', () => {
  onEachEngine((settings) => {
    let cluster: Cluster;
    let stage: Stage;

    before(async () => {
      cluster = await startCluster(settings);
      const { installation } = cluster;
      const browser = createBrowser(installation.origin);
      const { link } = await installation.administration.people.setupLink({});
      await enrol(browser, link.url, { name: 'Ada', userName: 'ada' });
      stage = { installation, browser, party: await addApp(installation) };
    });
    after(() => cluster?.installation[Symbol.asyncDispose]());

    /** Eight times, by turns on each node. */
    const everywhere = <T>(ask: (node: string) => Promise<T>) =>
      Promise.all(Array.from({ length: 8 }, (_, i) => ask(String(cluster.nodes[i % cluster.nodes.length]))));
    const redeemAt = (parameters: Record<string, string>) =>
      everywhere((at) => redeem({ ...stage, at }, parameters));

    it('F18 redeem one code: one gets tokens', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const answers = await redeemAt(await newCode(stage));
        assert.deepEqual(statuses(answers), [200, 400, 400, 400, 400, 400, 400, 400]);
        for (const { status, text } of answers)
          if (status === 400) assert.equal(JSON.parse(text).error, 'invalid_grant');
      }
    });

    it('F18 use one refresh token: one gets tokens', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { refresh_token } = await newTokens(stage);
        const answers = await redeemAt({ grant_type: 'refresh_token', refresh_token });
        assert.equal(answers.filter(({ status }) => status === 200).length, 1, String(statuses(answers)));
      }
    });

    it('F18 F19 answer one challenge: one signs in, the others are told to try again', async () => {
      const { browser, party } = stage;
      for (let round = 0; round < rounds; round += 1) {
        browser.cookies.clear();
        const page = await browser.follow((await beginAuthorization(party)).url);
        const { options, urls } = pageData<SignInPageData>(page);
        const response = browser.authenticator.get(options);
        const answers = await everywhere((at) =>
          createBrowser(browser.origin, { at, of: browser }).post(urls.login, { response }),
        );
        const [done, ...more] = answers.filter(({ status }) => status === 200);
        assert.deepEqual(more, []);
        for (const { status, text } of answers)
          if (status !== 200) assert.equal(JSON.parse(text).error, 'challenge_expired');
        const { location } = json<{ location: string }>(done as Answer);
        assert.ok((await getCode(browser, location)).searchParams.get('code'));
      }
    });

    it('F18 W20 use one link: one passkey is made', async () => {
      const { people } = stage.installation.administration;
      for (let round = 0; round < rounds; round += 1) {
        const userName = `grace${round}`;
        const { link = assert.fail() } = await people.invite({ name: 'Grace', userName });
        const finishing = await everywhere((at) =>
          begun(createBrowser(stage.browser.origin, { at }), link.url),
        );
        const answers = await Promise.all(finishing.map((finish) => finish()));
        assert.deepEqual(statuses(answers), [200, 410, 410, 410, 410, 410, 410, 410]);
        assert.equal((await people.show({ user: userName })).passkeys.length, 1);
      }
    });

    it('F19 two answers in one interaction: one session, and the second is told what to do', async () => {
      const { browser, party } = stage;
      browser.cookies.clear();
      const { account } = await stage.installation.administration.people.show({ user: 'ada' });
      await stage.installation.storage.artifacts.removeByAccount(account.sub);
      const page = await browser.follow((await beginAuthorization(party)).url);
      const { options, urls } = pageData<SignInPageData>(page);
      const second = json<SignInPageData>(await browser.post(urls.options, {}));
      const [one, two] = await Promise.all(
        [options, second.options].map((each) =>
          browser.post(urls.login, { response: browser.authenticator.get(each) }),
        ),
      );
      assert.ok(one && two);
      const locations = [one, two].map((answer) => json<{ location: string }>(answer).location);
      assert.ok((await getCode(browser, locations[0] ?? '')).searchParams.get('code'));
      const late = await browser.get(locations[1] ?? '');
      assert.equal(late.status, 400);
      assert.match(late.headers.get('content-type') ?? '', /html/);
      const sessions = await stage.installation.storage.artifacts.listByAccount(account.sub, 'Session');
      assert.equal(sessions.length, 1);
    });

    it('F19 two tabs: each goes on by itself, and both reach the app', async () => {
      const { browser, party } = stage;
      browser.cookies.clear();
      const tab = createBrowser(browser.origin, { of: { ...browser, cookies: new Map() } });
      // Tabs share what belongs to the whole site; what belongs to an interaction has a path of its own.
      const share = () => {
        for (const [name, cookie] of browser.cookies) if (cookie.path === '/') tab.cookies.set(name, cookie);
      };
      const pages = [await browser.follow((await beginAuthorization(party)).url)];
      share();
      pages.push(await tab.follow((await beginAuthorization(party)).url));
      for (const [i, each] of [browser, tab].entries()) {
        const { options, urls } = pageData<SignInPageData>(pages[i] as Answer);
        const response = browser.authenticator.get(options);
        const { location } = json<{ location: string }>(await each.post(urls.login, { response }));
        assert.ok((await getCode(each, location)).searchParams.get('code'));
        share();
      }
    });

    it('is in force on every node within 2 s, what another process changed', async () => {
      const { administration } = stage.installation;
      const { app } = await administration.apps.add({
        name: 'New',
        kind: 'browser',
        redirectUris: ['http://localhost:4998/'],
      });
      const query = new URLSearchParams({
        client_id: app.id,
        redirect_uri: 'http://localhost:4998/',
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      });
      const ask = (at: string) => createBrowser(stage.browser.origin, { at }).get(`/auth?${query}`);
      const known = async () => (await everywhere(ask)).every(({ status }) => status === 303);
      await within2s(known);
      await administration.apps.remove({ id: app.id });
      await within2s(async () => (await everywhere(ask)).every(({ status }) => status === 400));
    });

    it('I3 is in force on every node at once, what was revoked', async () => {
      const { administration } = stage.installation;
      const { refresh_token, access_token } = await newTokens(stage);
      const { status } = await redeem(stage, { grant_type: 'refresh_token', refresh_token });
      assert.equal(status, 200);
      const { link = assert.fail() } = await administration.people.invite({
        name: 'Eve',
        userName: 'eve',
        role: 'administrator',
      });
      await enrol(createBrowser(stage.browser.origin), link.url, { name: 'Eve' });
      await administration.people.disable({ user: 'ada' });
      const headers = { authorization: `Bearer ${access_token}` };
      for (const at of cluster.nodes) {
        const browser = createBrowser(stage.browser.origin, { at, of: stage.browser });
        assert.equal((await browser.get('/me', headers)).status, 401);
        assert.notEqual((await browser.get('/account')).status, 200);
      }
    });
  });
});

async function begun(browser: ReturnType<typeof createBrowser>, url: string): Promise<() => Promise<Answer>> {
  const { urls } = pageData<{ urls: { options: string; finish: string } }>(await browser.follow(url));
  const { text } = await browser.post(urls.options, { name: 'Grace' });
  const { options } = JSON.parse(text) as { options: PublicKeyCredentialCreationOptionsJSON };
  return () => browser.post(urls.finish, { response: browser.authenticator.create(options) });
}

async function within2s(holds: () => Promise<boolean>): Promise<void> {
  const begin = Date.now();
  while (!(await holds())) {
    assert.ok(Date.now() - begin < 2000, 'not in force after 2 s');
    await delay(100);
  }
}
