import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp, assertRefused, type Parameters } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('PKCE', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let publicApp: AppUnderTest;
  let webApp: AppUnderTest;
  let nonceApp: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    publicApp = await addApp(installation);
    webApp = await addApp(installation, { kind: 'web' });
    nonceApp = await addApp(installation, { kind: 'web', pkce: 'optional' });
  });

  const without = { code_challenge: undefined, code_challenge_method: undefined };
  async function refusal(app: AppUnderTest, parameters: Parameters): Promise<string | null> {
    const { location } = await browser.get(app.authorizationUrl(parameters));
    return new URL(location ?? '').searchParams.get('error');
  }

  it('O3 is required of every app, public or not', async () => {
    for (const app of [publicApp, webApp]) {
      assert.equal(await refusal(app, without), 'invalid_request');
      assert.equal(await refusal(app, { ...without, nonce: 'a nonce' }), 'invalid_request');
    }
  });

  it('O3 may be left out by one confidential app alone, which sends a nonce', async () => {
    assert.equal(await refusal(nonceApp, without), 'invalid_request');
    const code = await nonceApp.code(browser, { ...without, nonce: 'a nonce' });
    const { status } = await nonceApp.redeem(code, { code_verifier: undefined });
    assert.equal(status, 200);
    await assert.rejects(addApp(installation, { kind: 'browser', pkce: 'optional' }));
    for (const kind of ['browser', 'native', 'device', 'machine'] as const)
      await assert.rejects(addApp(installation, { kind, pkce: 'off' }));
  });

  it('may be left out with the nonce too, by one old confidential app that an administrator allows it', async () => {
    const oldApp = await addApp(installation, { kind: 'web', pkce: 'off' });
    const { status } = await oldApp.redeem(await oldApp.code(browser, without), { code_verifier: undefined });
    assert.equal(status, 200);
    assertRefused(
      await oldApp.redeem(await oldApp.code(browser), { code_verifier: undefined }),
      'invalid_grant',
    );
    assertRefused(await oldApp.redeem(await oldApp.code(browser, without)), 'invalid_grant');
  });

  it('O3 refuses plain, by name and by default, and what is no S256 challenge', async () => {
    for (const parameters of [
      { code_challenge_method: 'plain' },
      { code_challenge_method: undefined },
      { code_challenge_method: 's256' },
      { code_challenge_method: 'S256 plain' },
      { code_challenge: 'short' },
      { code_challenge: 'a'.repeat(129) },
      { code_challenge: `${'a'.repeat(42)}=` },
      { code_challenge: undefined },
    ])
      assert.equal(await refusal(publicApp, parameters), 'invalid_request', JSON.stringify(parameters));
  });

  it('O3 refuses a wrong, short, cut or missing verifier', async () => {
    for (const verifier of [
      undefined,
      '',
      'short',
      publicApp.verifier.slice(0, -1),
      `${publicApp.verifier}a`,
      'b'.repeat(43),
      'a'.repeat(200),
    ]) {
      const code = await publicApp.code(browser);
      const answer = await publicApp.redeem(code, { code_verifier: verifier });
      assert.equal(answer.status, 400, String(verifier));
      assert.equal(answer.body.access_token, undefined);
    }
  });

  it('O3 refuses a verifier where no challenge was sent', async () => {
    const code = await nonceApp.code(browser, { ...without, nonce: 'a nonce' });
    assertRefused(await nonceApp.redeem(code), 'invalid_grant');
  });

  it('O3 refuses to leave the verifier out where a challenge was sent, also for the app that may do without', async () => {
    const code = await nonceApp.code(browser, { nonce: 'a nonce' });
    assertRefused(await nonceApp.redeem(code, { code_verifier: undefined }), 'invalid_grant');
  });

  it('O3 takes the same challenge again', async () => {
    for (let round = 0; round < 2; round++)
      assert.equal((await publicApp.redeem(await publicApp.code(browser))).status, 200);
  });

  it('O3 tells apps that S256 is the one method', async () => {
    const metadata = JSON.parse((await browser.get('/.well-known/openid-configuration')).text);
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256']);
  });
});
