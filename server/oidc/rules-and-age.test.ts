import assert from 'node:assert/strict';
import { afterEach, before, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { createAuthenticator } from '../testing/authenticator.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { hardwareCatalogue, hardwareModel, withSecurityKey } from '../testing/hardware-key.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { addPasskey } from '../testing/own-account.ts';
import { visit } from '../testing/step-up.ts';

const essential = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } });

onSqlite('a rule of an app', (start) => {
  const models = hardwareCatalogue();
  const rules = { strict: { deviceBound: true }, picky: { deniedModels: [hardwareModel.aaguid] } };
  let installation: TestInstallation;
  /** Takes bound passkeys alone. */
  let strict: AppUnderTest;
  /** Takes no security key of the one model that is known. */
  let picky: AppUnderTest;
  let usual: TestBrowser;
  let key: TestBrowser;

  before(async () => {
    installation = await start({}, { models });
    await setUp(installation);
    strict = await addApp(installation, { id: 'strict', consent: 'implicit' });
    picky = await addApp(installation, { id: 'picky', consent: 'implicit' });
    await installation.administration.policy.apply({ policy: { apps: rules }, meant: true });
    await delay(2100);
    usual = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    key = await withSecurityKey(installation, usual);
  });
  afterEach(() => mock.timers.reset());

  const told = async (app: AppUnderTest, code: string | undefined) => {
    const { body } = await app.redeem(code ?? '');
    const { acr, amr, auth_time } = payloadOf(String(body.id_token));
    return { acr, amr, age: Math.floor(Date.now() / 1000) - Number(auth_time) };
  };

  for (const parameters of [{ prompt: 'login' }, { max_age: '10' }] as const)
    it(`W15 is met by a sign-in that is recent enough, and by none from before: ${Object.keys(parameters)}`, async () => {
      await strict.code(key, { prompt: 'login' });
      mock.timers.enable({ apis: ['Date'], now: Date.now() });
      mock.timers.tick(60_000);
      const { pages, code } = await visit({ usual, stepUp: key }, strict.authorizationUrl(parameters));
      assert.deepEqual(pages, ['sign-in', 'step-up']);
      assert.deepEqual(await told(strict, code), { acr: 'phrh', amr: ['pop', 'user', 'mfa', 'hwk'], age: 0 });
    });

  it('W15 is no longer met by a sign-in that is past the absolute limit, though a later one keeps the session', async () => {
    await strict.code(key, { prompt: 'login' });
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const { session: limit, sessionIdle } = installation.config.lifetimes;
    for (let passed = 0; passed <= limit; passed += sessionIdle / 2) {
      mock.timers.tick((sessionIdle / 2) * 1000);
      await picky.code(usual, { prompt: 'login' });
    }
    const { error } = await visit({ usual, stepUp: 'abort' }, strict.authorizationUrl({ prompt: 'none' }));
    assert.equal(error, 'login_required');
  });

  it('W15 is told of the sign-in that met it, not of a stronger one that it refuses', async () => {
    await picky.code(usual, { prompt: 'login' });
    await strict.code(key, { prompt: 'login' });
    const code = await picky.code(usual, { prompt: 'none' });
    assert.equal((await told(picky, code)).acr, 'phr');
  });

  it('W15 is not met any more once a status comes up that it refuses', async () => {
    const careful = await addApp(installation, { id: 'careful', consent: 'implicit' });
    const apps = { careful: { refusedStatuses: ['NOT_FIDO_CERTIFIED'] } };
    const { installation: floor, groups } = await installation.administration.policy.show({});
    await installation.administration.policy.apply({
      policy: { installation: floor, groups, apps: { ...rules, ...apps } },
      meant: true,
    });
    await delay(2100);
    const alone = createBrowser(installation.origin, { of: { ...key, cookies: new Map() } });
    await careful.code(alone, { prompt: 'login' });
    assert.ok(await careful.code(alone, { prompt: 'none' }));
    models.model = { ...models.model, statuses: ['NOT_FIDO_CERTIFIED'] };
    const { error } = await visit(
      { usual: alone, stepUp: 'abort' },
      careful.authorizationUrl({ prompt: 'none' }),
    );
    models.model = hardwareModel;
    assert.equal(error, 'login_required');
  });

  it('O10 and an essential class hold for one passkey: none that meets one of them is asked for in circles', async () => {
    const parameters = { prompt: 'login', claims: essential('phrh') };
    const { pages, error } = await visit({ usual, stepUp: 'abort' }, picky.authorizationUrl(parameters));
    assert.deepEqual([pages, error], [['sign-in', 'step-up'], 'unmet_authentication_requirements']);
    const bound = createAuthenticator({ origin: installation.origin, synced: false });
    const other = { ...usual, ...(await addPasskey(usual, bound)) };
    const wished = { prompt: 'login', acr_values: 'phrh' };
    const visited = await visit({ usual: key, stepUp: other }, picky.authorizationUrl(wished));
    assert.deepEqual(visited.pages, ['sign-in', 'step-up'], 'a wish stands in no rule’s way');
    assert.equal((await told(picky, visited.code)).acr, 'phr');
  });
});
