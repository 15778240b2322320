import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { showEvents } from '../audit/seal.ts';
import { openSecret } from '../secret/secret-file.ts';
import type { AuditEvent } from '../storage.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('the audit of a sign-in', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
  });

  /** Events are written behind the answer. */
  async function eventually(type: string, appId: string, count: number): Promise<AuditEvent[]> {
    for (let i = 0; i < 200; i += 1) {
      const found = await installation.storage.auditEvents.listByApp(appId, { limit: 100 });
      const events = found.filter((event) => event.type === type);
      if (events.length >= count) return events.toReversed();
      await delay(25);
    }
    assert.fail(`no ${count} events of ${type}`);
  }

  it('tells who got tokens, by which sign-in and passkey, at each grant', async () => {
    const { storage } = installation;
    const { refresh_token } = await app.tokens(browser, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    assert.equal((await app.refresh(String(refresh_token))).status, 200);
    const [first, second] = await eventually('token.issued', app.id, 2);
    assert.equal(first?.details?.grantType, 'authorization_code');
    assert.equal(second?.details?.grantType, 'refresh_token');
    const signIn = await storage.signIns.findById(first?.signInId ?? '');
    assert.ok(signIn);
    for (const event of [first, second]) {
      assert.equal(event?.accountId, signIn.accountId);
      assert.equal(event?.passkeyId, signIn.passkeyId);
      assert.equal(event?.personal, undefined);
      assert.doesNotMatch(JSON.stringify(event), new RegExp(String(refresh_token)));
    }
    const signed = await storage.auditEvents.listByPasskey(signIn.passkeyId, { limit: 100 });
    assert.ok(signed.some(({ signInId, type }) => signInId === signIn.id && type !== 'token.issued'));
  });

  it('tells that a refresh token came a second time', async () => {
    const { refresh_token } = await app.tokens(browser, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    const next = await app.refresh(String(refresh_token));
    await app.refresh(String(next.body.refresh_token));
    assert.notEqual((await app.refresh(String(refresh_token))).status, 200);
    const [event] = await eventually('token.reuse_detected', app.id, 1);
    assert.equal(event?.reason, 'refresh_token');
  });

  it('keeps address and browser of the person sealed under their key', async () => {
    const { storage, config } = installation;
    const found = await storage.auditEvents.list({ limit: 200 });
    const registered = found.find(({ type }) => type === 'passkey.registered');
    assert.ok(registered?.accountId);
    assert.equal(registered.personal?.[0]?.of, registered.accountId);
    assert.match(registered.requestId ?? '', /^[0-9a-f]{16}$/);
    assert.doesNotMatch(JSON.stringify(found), /127\.0\.0\.1|::1/);
    const secret = openSecret(config, { create: false });
    const [shown] = await showEvents({ auditKeys: storage.auditKeys, secret }, [registered]);
    assert.match(String(shown?.personal?.address), /127\.0\.0\.1|::1/);
  });
});
