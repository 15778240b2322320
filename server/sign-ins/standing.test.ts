import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { watchStorage } from '../testing/faulty-storage.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { addPerson, enrolByLink, json, type SignInPageData, setUp } from '../testing/journeys.ts';
import { addPasskey, removePasskey } from '../testing/own-account.ts';

describe('a sign-in under way, in a storage that is slow', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation;
    let app: AppUnderTest;
    let hold = async (_call: string) => {};

    before(async () => {
      installation = await startInstallation(settings, async (options) =>
        watchStorage(await openStorage(options), { before: (call) => hold(call) }),
      );
      await setUp(installation);
      app = await addApp(installation, { consent: 'implicit' });
    });
    after(() => installation[Symbol.asyncDispose]());

    /** Stops the next call of this name. */
    function stopAt(name: string): { reached: Promise<void>; letGo(): void } {
      const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      hold = async (call) => {
        if (call !== name) return;
        hold = async () => {};
        reached.resolve();
        await gate.promise;
      };
      return { reached: reached.promise, letGo: gate.resolve };
    }

    /** A person with two passkeys in two browsers. The first one's passkey falls into other hands. */
    async function twoPasskeys(userName: string) {
      const first = await addPerson(installation, { name: 'Owner', userName });
      const { authenticator } = await addPasskey(first);
      const owner = createBrowser(installation.origin, {
        of: { cookies: new Map(first.cookies), seen: new Set(), authenticator },
      });
      const thief = createBrowser(installation.origin, {
        of: { cookies: new Map(), seen: new Set(), authenticator: first.authenticator },
      });
      return { owner, thief, stolen: first.authenticator.credentials[0]?.id ?? '' };
    }

    /** Signs in, up to the answer to the app. */
    async function signIn(thief: TestBrowser): Promise<string> {
      const { options, urls } = pageData<SignInPageData>(await thief.follow(app.authorizationUrl()));
      const answer = await thief.post(urls.login, { response: thief.authenticator.get(options) });
      const { location } = json<{ location?: string }>(answer);
      return (location && (await thief.follow(location)).location) ?? '';
    }

    const takings: Record<string, (owner: TestBrowser, user: string, stolen: string) => Promise<unknown>> = {
      async recovery(_owner, user) {
        const { link = assert.fail() } = await installation.administration.people.recover({ user });
        return enrolByLink(createBrowser(installation.origin), link.url);
      },
      removal: (owner, _user, stolen) => removePasskey(owner, stolen),
      async disabling(_owner, user) {
        await installation.administration.people.disable({ user });
        return installation.administration.people.enable({ user });
      },
    };

    for (const [name, takeAway] of Object.entries(takings))
      for (const call of ['signIns.insert', 'artifacts.remove'])
        it(`I3 ends with ${name} also when that comes at ${call}`, async () => {
          const user = `${name}-${call}`.toLowerCase();
          const { owner, thief, stolen } = await twoPasskeys(user);
          const stop = stopAt(call);
          const underWay = signIn(thief);
          await stop.reached;
          await takeAway(owner, user, stolen);
          stop.letGo();
          assert.doesNotMatch(await underWay, /code=/);
          assert.equal((await thief.get('/account')).status, 303);
          const lost = await thief.get(app.authorizationUrl({ prompt: 'none' }));
          assert.match(lost.location ?? '', /error=login_required/);
        });

    it('I3 by a link is refused when the account is disabled meanwhile', async () => {
      const { people } = installation.administration;
      await addPerson(installation, { name: 'Grace', userName: 'grace' });
      const { link = assert.fail() } = await people.recover({ user: 'grace' });
      const browser = createBrowser(installation.origin);
      const stop = stopAt('signIns.insert');
      const underWay = enrolByLink(browser, link.url);
      await stop.reached;
      await people.disable({ user: 'grace' });
      stop.letGo();
      const refused = await underWay;
      assert.equal(refused.status, 410);
      assert.equal(json<{ error: string }>(refused).error, 'link_invalid');
      await people.enable({ user: 'grace' });
      assert.equal((await browser.get('/account')).status, 303);
    });
  });
});
