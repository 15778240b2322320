import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, appUnderTest } from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { askRegistration as ask, assertRefusedWith as refusedWith } from '../testing/registration.ts';
import { removeUnusedApps } from './clean-up.ts';

const redirectUri = 'https://agent.example.com/callback';
const day = 24 * 60 * 60_000;

onEveryStorage('an app that registers where everybody may', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'open', LATCHKEY_RATE_LIMIT: '300' });
    ada = await setUp(installation);
  });

  it('asks each time it is answered on the device, whatever other addresses it has', async () => {
    const local = 'http://127.0.0.1:49152/callback';
    for (const token_endpoint_auth_method of ['none', 'client_secret_basic']) {
      const body = { redirect_uris: [redirectUri, local], token_endpoint_auth_method };
      const { client_id: id } = (await ask(installation, { body })).body;
      const [far, near] = [redirectUri, local].map((uri) =>
        appUnderTest(installation.origin, { id, secret: undefined, redirectUri: uri }),
      );
      assert.ok(far && near);
      const silent = async (app: AppUnderTest) => (await app.answerOf(ada, { prompt: 'none' })).get('error');
      await far.code(ada);
      assert.equal(await silent(far), null);
      for (let time = 0; time < 2; time += 1) {
        assert.equal(await silent(near), 'interaction_required');
        assert.equal(pageData<{ kind: string }>(await ada.follow(near.authorizationUrl())).kind, 'consent');
        await near.code(ada);
      }
    }
  });

  it('O26 gets what sign-in needs, is called not verified, and is not let in without end', async () => {
    const told = await ask(installation, {
      body: {
        client_name: 'Your Bank',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile groups offline_access people:write',
      },
    });
    assert.equal(told.body.scope, 'openid profile');
    const app = appUnderTest(installation.origin, {
      id: told.body.client_id,
      secret: String(told.body.client_secret),
      redirectUri,
    });
    const page = await ada.follow(app.authorizationUrl({ scope: 'openid profile' }));
    assert.match(page.text, /Not verified: .*agent\.example\.com/);
    assert.ok((await app.tokens(ada)).id_token);
    const refused = await app.answerOf(ada, { scope: 'openid offline_access', prompt: 'consent' });
    assert.equal(refused.get('error'), 'invalid_scope');
    refusedWith(
      await ask(installation, { body: { grant_types: ['client_credentials'] } }),
      'invalid_client_metadata',
    );
    const more = await Promise.all(
      Array.from({ length: 25 }, () => ask(installation, { body: { redirect_uris: [redirectUri] } })),
    );
    const last = more.find(({ status }) => status === 429);
    assert.ok(Number(last?.headers.get('retry-after')) > 0);
    const { apps } = installation.storage;
    const now = () => Date.now() + 2 * day;
    assert.ok((await removeUnusedApps({ ...installation.storage, record: async () => true, now })) > 10);
    assert.ok(await apps.findById(told.body.client_id));
  });
});

onEveryStorage('registration', (start) => {
  it('is off unless it is turned on', async () => {
    const installation = await start();
    const answer = await fetch(`${installation.origin}/register`, { method: 'POST' });
    assert.equal(answer.status, 404);
    const discovery = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    assert.equal(((await discovery.json()) as Record<string, unknown>).registration_endpoint, undefined);
  });
});
