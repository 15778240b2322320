import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { explainRefusal } from '../apps/explain-refusal.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('what apps do wrong', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation, { kind: 'web' });
  });

  it('is kept for who looks after them, in words, and what is no fault of theirs is not', async () => {
    const { storage, administration } = installation;
    const slash = `${app.redirectUri}/`;
    const before = app.secret ?? '';
    await administration.apps.rotateSecret({ id: app.id, previousHours: 1 });
    for (let i = 0; i < 3; i += 1) await browser.get(app.authorizationUrl({ redirect_uri: slash }));
    await browser.get(app.authorizationUrl({ code_challenge: undefined, code_challenge_method: undefined }));
    await browser.get(app.authorizationUrl({ scope: 'email', nonce: 'a' }));
    await browser.get(app.authorizationUrl({ client_id: 'nobody', redirect_uri: 'https://evil.example/' }));
    await app.answerOf(browser, { prompt: 'none' });
    const redeem = (secret: string) =>
      app.post('/token', { grant_type: 'authorization_code', code: 'none' }, basic(app.id, secret));
    await redeem('x'.repeat(43));
    // What another process changed is seen within two seconds.
    await delay(2500);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 61 * 60_000 });
    await redeem(before);
    mock.timers.reset();
    const kept = await eventually(async () => {
      const found = await storage.appRefusals.findById(app.id);
      return found && found.refusals.length >= 5 ? found.refusals : undefined;
    });
    const registered = await storage.apps.findById(app.id);
    assert.ok(registered);
    const sentences = kept.map((refusal) => explainRefusal(registered, refusal));
    for (const expected of [/trailing slash/, /no PKCE/, /scope openid/, /wrong secret/, /has expired/])
      assert.ok(
        sentences.some(({ sentence }) => expected.test(sentence)),
        `${expected} ${JSON.stringify(kept)}`,
      );
    assert.equal(kept.length, 5);
    assert.deepEqual(sentences.find(({ mend }) => mend)?.mend, { add: slash });
    assert.equal(kept.find(({ redirectUri }) => redirectUri === slash)?.count, 3);
    assert.ok(!JSON.stringify(kept).includes(before));
    assert.equal(await storage.appRefusals.findById('nobody'), undefined);
    await administration.apps.remove({ id: app.id });
    assert.equal(await storage.appRefusals.findById(app.id), undefined);
  });

  it('is kept of requests that are pushed, too', async () => {
    const pushing = await addApp(installation, { kind: 'web' });
    const parameters = Object.fromEntries(new URL(pushing.authorizationUrl()).searchParams);
    const redirect_uri = `${pushing.redirectUri}/`;
    const { status } = await pushing.post('/request', { ...parameters, redirect_uri });
    assert.equal(status, 400);
    const [refusal] = await eventually(
      async () => (await installation.storage.appRefusals.findById(pushing.id))?.refusals,
    );
    assert.ok(refusal);
    const registered = await installation.storage.apps.findById(pushing.id);
    assert.ok(registered);
    assert.match(explainRefusal(registered, refusal).sentence, /trailing slash/);
  });
});

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

async function eventually<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 15_000; ; await delay(100)) {
    const found = await find();
    if (found !== undefined) return found;
    assert.ok(Date.now() < until, 'did not come');
  }
}
