import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import type { TestBrowser } from './testing/browser.ts';
import { startInstallation, type TestInstallation } from './testing/installation.ts';
import { discover, type RelyingParty, setUp, signInTo } from './testing/journeys.ts';

describe('one login through the rooms', () => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let party: RelyingParty;

  before(async () => {
    installation = await startInstallation();
    browser = await setUp(installation);
    const redirectUri = 'http://localhost:4999/callback';
    const { app } = await installation.administration.apps.add({
      name: 'Notes',
      kind: 'browser',
      redirectUris: [redirectUri],
    });
    party = await discover(installation.origin, { id: app.id, redirectUri });
  });
  after(() => installation[Symbol.asyncDispose]());

  it('signs a person in to an app with a passkey, and tells who, how and when', async () => {
    browser.cookies.clear();
    const before = Math.floor(Date.now() / 1000);
    const tokens = await signInTo(browser, party, { scope: 'openid profile email' });
    const claims = tokens.claims();
    assert.equal(claims?.acr, 'phr');
    assert.deepEqual(claims?.amr, ['pop', 'user', 'mfa']);
    assert.ok(Number(claims?.auth_time) >= before);
    const userInfo = await client.fetchUserInfo(party.config, tokens.access_token, claims?.sub ?? '');
    assert.equal(userInfo.preferred_username, 'ada');
    assert.equal(userInfo.email, 'ada@example.org');
    assert.equal(userInfo.email_verified, false);
  });

  it('does not ask again while the session lasts and the consent stands', async () => {
    const signatures = installation.log.length;
    const tokens = await signInTo(browser, party, { scope: 'openid profile email' });
    assert.ok(tokens.access_token);
    assert.ok(!installation.log.slice(signatures).some((line) => line.includes('/login')));
  });
});
