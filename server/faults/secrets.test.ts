import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import {
  addPasskey,
  confirm,
  enrol,
  getCode,
  postAsApp,
  redeem,
  redirectUri,
  type Stage,
  signOut,
} from '../testing/faulty-steps.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { beginAuthorization, discover, json, type SignInPageData } from '../testing/journeys.ts';

/** Everything stored, as text: the SQLite file with its WAL, or every document of every collection. */
async function everythingStored({ config, storage }: TestInstallation): Promise<string> {
  if (storage.engine === 'sqlite') {
    const files = (await readdir(config.dataDir)).filter((name) => name !== 'secret');
    const contents = await Promise.all(files.map((name) => readFile(join(config.dataDir, name))));
    return contents.map((content) => content.toString('latin1')).join('\n');
  }
  const { dumpDatabase } = await import('../../adapters/mongo/testing.ts');
  return dumpDatabase(config.storageUrl);
}

describe('what the browser and the app saw', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation;
    let browser: TestBrowser;
    let stage: Stage;
    /** Every secret value, by what it is. */
    const secrets = new Map<string, string>();
    const note = (what: string, value: string | null | undefined) => {
      assert.ok(value && value.length >= 16, `${what}: ${value}`);
      secrets.set(`${what} ${secrets.size}`, value);
    };

    before(async () => {
      installation = await startInstallation(settings);
      browser = createBrowser(installation.origin);
      const { link } = await installation.administration.people.setupLink({});
      note('link token', new URL(link.url).searchParams.get('token'));
      await enrol(browser, link.url, { name: 'Ada', userName: 'ada' });
      const { app, secret } = await installation.administration.apps.add({
        name: 'Wiki',
        kind: 'web',
        redirectUris: [redirectUri],
      });
      note('client secret', secret);
      const party = await discover(installation.origin, {
        id: app.id,
        redirectUri,
        ...(secret ? { secret } : {}),
      });
      stage = { installation, browser, party };
    });
    after(() => installation?.[Symbol.asyncDispose]());

    /** Signs in by hand, to see every value on the way. */
    async function signIn(): Promise<Record<string, string>> {
      browser.cookies.clear();
      const { url, checks } = await beginAuthorization(stage.party, {
        scope: 'openid offline_access',
        prompt: 'consent',
      });
      note('state', checks.expectedState);
      note('verifier', checks.pkceCodeVerifier);
      const page = await browser.follow(url);
      const { options, urls } = pageData<SignInPageData>(page);
      note('interaction', urls.login.split('/')[2]);
      note('challenge', options.challenge);
      const response = browser.authenticator.get(options);
      note('signature', response.response.signature);
      const { location } = json<{ location: string }>(await browser.post(urls.login, { response }));
      const code = (await getCode(browser, location)).searchParams.get('code') ?? '';
      note('code', code);
      return {
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        code,
        code_verifier: checks.pkceCodeVerifier,
      };
    }

    it('is found nowhere in the storage and in the log, after a sign-in, a refresh and a sign-out', async () => {
      const clientSecret = [...secrets].find(([what]) => what.startsWith('client secret'))?.[1] ?? '';
      const authenticated = { client_secret: clientSecret };
      const first = json<Record<string, string>>(
        await redeem(stage, { ...(await signIn()), ...authenticated }),
      );
      const second = json<Record<string, string>>(
        await redeem(stage, {
          grant_type: 'refresh_token',
          refresh_token: first.refresh_token ?? '',
          ...authenticated,
        }),
      );
      for (const tokens of [first, second])
        for (const name of ['access_token', 'refresh_token', 'id_token']) note(name, tokens[name]);
      note('proof', await confirm(browser, 'rename-passkey'));
      await addPasskey(browser);
      // What goes wrong is logged with its reason: that must not tell either.
      await redeem(stage, { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' });
      await postAsApp(stage, '/token/introspection', { token: second.access_token ?? '', ...authenticated });
      await browser.get(`/interaction/${[...secrets.values()][4]}`);
      await signOut(browser);
      for (const value of browser.seen) if (value.length >= 16) note('cookie', value);

      const stored = await everythingStored(installation);
      const logged = installation.log.join('');
      assert.ok(stored.includes('ada') && logged.includes('/token'), 'nothing was searched');
      for (const [what, value] of secrets) {
        assert.ok(!stored.includes(value), `${what} is in the storage`);
        assert.ok(!logged.includes(value), `${what} is in the log`);
      }
      assert.ok(secrets.size > 20, String(secrets.size));
    });

    it('tells which passkey signed, from a session and from the grant of a token', async () => {
      await signIn();
      const { storage, administration } = installation;
      const { account, passkeys } = await administration.people.show({ user: 'ada' });
      for (const model of ['Session', 'Grant'] as const) {
        const [artifact] = await storage.artifacts.listByAccount(account.sub, model);
        const signIn = await storage.signIns.findById(artifact?.signInId ?? '');
        assert.ok(
          passkeys.some(({ id }) => id === signIn?.passkeyId),
          model,
        );
        assert.equal(signIn?.accountId, account.id);
      }
    });
  });
});
