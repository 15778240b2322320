import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { addApp } from '../../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, allow, answerSignIn, setUp } from '../../testing/journeys.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';

onEveryStorage('trying an app from its page', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  /** Through sign-in and consent, to the page with what came of it. */
  async function tryIt(browser: TestBrowser, id: string) {
    const signIn = await browser.follow(`/console/apps/${id}/try`);
    const consent = await browser.follow(await answerSignIn(browser, signIn));
    return browser.follow(await allow(browser, consent));
  }

  it('runs a whole sign-in, and shows who it was and what the app would have got', async () => {
    const app = await addApp(installation, { kind: 'web', name: 'Field Notes' });
    const { status, text } = await tryIt(ada, app.id);
    assert.equal(status, 200);
    assert.match(text, /Ada Lovelace/);
    assert.match(text, /&quot;preferred_username&quot;: &quot;ada&quot;/);
    assert.match(text, /&quot;alg&quot;: &quot;ES256&quot;/);
    assert.ok(text.includes(`latchkey-trial.${app.id}`));
  });

  it('leaves nothing behind: no grant, no consent, no token', async () => {
    const app = await addApp(installation, { kind: 'browser' });
    await tryIt(ada, app.id);
    const account = await installation.storage.accounts.findByUserNameKey('ada');
    for (const model of ['Grant', 'Consent'] as const) {
      const kept = await installation.storage.artifacts.listByAccount(account?.sub ?? '', model);
      assert.deepEqual(
        kept.filter(({ appId }) => appId?.startsWith('latchkey-trial.')),
        [],
      );
    }
  });

  it('says what went wrong where the app would have heard it', async () => {
    const app = await addApp(installation, { kind: 'web' });
    const signIn = await ada.follow(`/console/apps/${app.id}/try`);
    const consent = await ada.follow(await answerSignIn(ada, signIn));
    const { urls } = JSON.parse(/id="page-data">(.*?)<\/script>/s.exec(consent.text)?.[1] ?? '{}');
    const refused = await ada.post(urls.abort, {});
    const page = await ada.follow(JSON.parse(refused.text).location);
    assert.match(page.text, /access_denied/);
  });

  it('O11 takes no answer that this browser did not ask for', async () => {
    const answer = await ada.get('/console/trial?code=stolen&state=guessed');
    assert.equal(answer.status, 400);
    const app = await addApp(installation, { kind: 'web' });
    await ada.get(`/console/apps/${app.id}/try`);
    const forged = await ada.get('/console/trial?code=stolen&state=guessed');
    assert.match(forged.text, /invalid_state/);
  });

  it('takes back what was given where it broke off before there was a token', async () => {
    const app = await addApp(installation, { kind: 'web' });
    const signIn = await ada.follow(`/console/apps/${app.id}/try`);
    const consent = await ada.follow(await answerSignIn(ada, signIn));
    const { urls } = JSON.parse(/id="page-data">(.*?)<\/script>/s.exec(consent.text)?.[1] ?? '{}');
    const { location } = JSON.parse((await ada.post(urls.consent, {})).text);
    // The code comes, and is exchanged for one that is none.
    const { location: back = '' } = await ada.get(location);
    assert.match(back, /code=/);
    assert.match((await ada.get('/console/trial?code=x&state=wrong')).text, /invalid_state/);
    const account = await installation.storage.accounts.findByUserNameKey('ada');
    const kept = await installation.storage.artifacts.listByAccount(account?.sub ?? '', 'Grant');
    assert.deepEqual(
      kept.filter(({ appId }) => appId === `latchkey-trial.${app.id}`),
      [],
    );
  });

  it('O5 gives nobody else anything: without its verifier a code is worth nothing, and there is no secret', async () => {
    const app = await addApp(installation, { kind: 'web' });
    const stranger = createBrowser(installation.origin);
    const asked = await stranger.get(`/console/apps/${app.id}/try`);
    assert.match(asked.location ?? '', /\/auth\?client_id=latchkey-console/);
    const redeemed = await fetch(`${installation.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: `latchkey-trial.${app.id}`,
        code: 'x',
        redirect_uri: `${installation.origin}/console/trial`,
        code_verifier: 'x'.repeat(43),
      }),
    });
    assert.equal(((await redeemed.json()) as { error: string }).error, 'invalid_grant');
  });

  it('is for whoever may see the app, and for apps that people sign in to', async () => {
    const machine = await addApp(installation, { kind: 'machine', redirectUris: [] });
    const page = await ada.follow(`/console/apps/${machine.id}/try`);
    assert.match(page.text, /invalid_client|not_found/);
    const person = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const app = await addApp(installation, { kind: 'web' });
    assert.equal((await person.get(`/console/apps/${app.id}/try`)).status, 403);
  });
});
