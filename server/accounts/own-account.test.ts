import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { addApp, assertRefused } from '../testing/app-under-test.ts';
import { createAuthenticator } from '../testing/authenticator.ts';
import type { GetOverrides } from '../testing/authenticator-overrides.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, json, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey, beginPasskey, prove, removePasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';

onEveryStorage('an account of one’s own', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let eve: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
  });

  const passkeysOf = async (user: string) =>
    (await installation.administration.people.show({ user })).passkeys;
  const code = ({ text }: { text: string }) => JSON.parse(text).error;
  const routes: Record<string, object> = {
    '/account/confirm/options': { purpose: 'add-passkey' },
    '/account/confirm': { purpose: 'add-passkey', response: {} },
    '/account/passkeys/options': { proof: 'x' },
    '/account/passkeys': { response: {} },
    '/account/passkeys/rename': { passkeyId: 'x', name: 'x', proof: 'x' },
    '/account/passkeys/remove': { passkeyId: 'x', proof: 'x' },
    '/account/sessions/end': { uid: 'x' },
    '/account/sessions/end-others': {},
    '/account/apps/disconnect': { appId: 'x' },
    '/account/profile': { name: 'x' },
    '/account/language': { locale: 'de' },
  };

  it('W19 answers nobody who is not signed in, on any route', async () => {
    const stranger = createBrowser(installation.origin);
    for (const [path, body] of Object.entries(routes))
      assert.equal((await stranger.post(path, body)).status, 401, path);
  });

  it('leaves nothing of the sign-in in its address, and keeps the rest', async () => {
    const iss = encodeURIComponent(installation.origin);
    const clean: Record<string, string> = {
      [`/account?iss=${iss}`]: '/account',
      [`/account?error=access_denied&error_description=x&iss=${iss}`]: '/account',
      [`/account?welcome&iss=${iss}`]: '/account?welcome=',
      [`/account?lang=de&iss=${iss}&state=x`]: '/account?lang=de',
    };
    for (const [address, location] of Object.entries(clean)) {
      const answer = await ada.get(address);
      assert.deepEqual([answer.status, answer.location], [303, `${installation.origin}${location}`]);
      assert.equal((await ada.get(location)).status, 200);
    }
  });

  it('W19 adds no passkey without one that was used for it just now', async () => {
    for (const proof of ['x', 'a'.repeat(43)]) {
      const answer = await ada.post('/account/passkeys/options', { proof });
      assert.equal(answer.status, 403);
      assert.equal(code(answer), 'confirmation_required');
    }
    for (const purpose of ['rename-passkey', 'remove-passkey'] as const) {
      const answer = await ada.post('/account/passkeys/options', { proof: await prove(ada, purpose) });
      assert.equal(code(answer), 'confirmation_required', 'a proof for something else');
    }
    assert.equal((await passkeysOf('ada')).length, 1);
  });

  it('W19 a sign-in is no proof', async () => {
    const begun = json<{ options: never }>(
      await ada.post('/account/confirm/options', { purpose: 'add-passkey' }),
    );
    const response = ada.authenticator.get(begun.options);
    assert.equal((await ada.post('/account/confirm', { purpose: 'remove-passkey', response })).status, 400);
    assert.equal((await ada.post('/account/confirm', { purpose: 'sign-in', response })).status, 400);
  });

  it('W19 a stolen session cookie alone adds, renames and removes nothing', async () => {
    const thief = createBrowser(installation.origin);
    for (const [name, cookie] of ada.cookies) if (name.startsWith('session')) thief.cookies.set(name, cookie);
    const proof = await prove(ada, 'add-passkey');
    assert.equal(code(await thief.post('/account/passkeys/options', { proof })), 'confirmation_required');
    const [passkey] = await passkeysOf('ada');
    const removal = { passkeyId: passkey?.id ?? '', proof: await prove(ada, 'remove-passkey') };
    assert.equal(code(await thief.post('/account/passkeys/remove', removal)), 'confirmation_required');
    const renaming = { ...removal, name: 'Mine', proof: await prove(ada, 'rename-passkey') };
    assert.equal(code(await thief.post('/account/passkeys/rename', renaming)), 'confirmation_required');
    const options = json<{ options: never }>(
      await thief.post('/account/confirm/options', { purpose: 'add-passkey' }),
    );
    const own = createAuthenticator({ origin: installation.origin });
    assert.throws(() => own.get(options.options));
  });

  it('W19 the last passkey stays', async () => {
    const [only] = await passkeysOf('eve');
    const answer = await removePasskey(eve, only?.id ?? '');
    assert.equal(answer.status, 409);
    assert.equal(code(answer), 'last_passkey');
    assert.equal((await passkeysOf('eve')).length, 1);
  });

  it('W19 of two removals of the last two at once, one passkey is left', async () => {
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const { passkeyId } = await addPasskey(grace);
    const proof = await prove(grace, 'remove-passkey');
    const ids = (await passkeysOf('grace')).map(({ id }) => id);
    assert.ok(ids.includes(passkeyId));
    await Promise.all(ids.map((id) => grace.post('/account/passkeys/remove', { passkeyId: id, proof })));
    assert.ok((await passkeysOf('grace')).some(({ status }) => status === 'active'));
  });

  it('touches nothing that belongs to another person', async () => {
    const [passkey] = await passkeysOf('ada');
    const passkeyId = passkey?.id ?? '';
    for (const [purpose, path] of [
      ['rename-passkey', '/account/passkeys/rename'],
      ['remove-passkey', '/account/passkeys/remove'],
    ] as const) {
      const proof = await prove(eve, purpose);
      const name = purpose === 'rename-passkey' ? { name: 'Mine' } : {};
      assert.equal(code(await eve.post(path, { passkeyId, proof, ...name })), 'passkey_not_found');
    }
    const sessions = await installation.storage.artifacts.listByAccount(
      (await installation.storage.accounts.findByUserNameKey('ada'))?.sub ?? '',
      'Session',
    );
    for (const { uid } of sessions)
      assert.equal((await eve.post('/account/sessions/end', { uid })).status, 404);
    assert.equal((await ada.get('/account')).status, 200);
    assert.equal((await passkeysOf('ada'))[0]?.name, passkey?.name);
  });

  it('disconnects one’s own apps and nobody else’s', async () => {
    const app = await addApp(installation);
    const { refresh_token } = await app.tokens(ada);
    assert.equal((await eve.post('/account/apps/disconnect', { appId: app.id })).status, 200);
    assert.equal((await app.refresh(refresh_token)).status, 200);
  });

  it('a ceremony that one person began in a browser is not ended by the next one there', async () => {
    const shared = await signInElsewhere(installation, ada);
    const options = await beginPasskey(shared, await prove(shared, 'add-passkey'));
    for (const [name, cookie] of eve.cookies)
      if (name.startsWith('session')) shared.cookies.set(name, cookie);
    const before = (await passkeysOf('ada')).length;
    const response = createAuthenticator({ origin: installation.origin }).create(options);
    assert.equal((await shared.post('/account/passkeys', { response })).status, 400);
    assert.equal((await passkeysOf('ada')).length, before);
    assert.equal((await passkeysOf('eve')).length, 1);
  });

  it('O29 takes a name and an address and nothing more', async () => {
    for (const more of [
      { role: 'administrator' },
      { emailVerified: true },
      { userName: 'root' },
      { groups: ['x'] },
    ])
      assert.equal((await eve.post('/account/profile', { name: 'Eve', ...more })).status, 400);
    const { account } = await installation.administration.people.show({ user: 'eve' });
    assert.equal(account.role, 'person');
  });

  it('takes a language that it speaks and no other', async () => {
    for (const locale of ['', 'xx', 'a;b', 'de\r\nX: 1', '<img src=x onerror=alert(1)>', '__proto__', 'é'])
      assert.equal((await eve.post('/account/language', { locale })).status, 400, locale);
    assert.equal((await eve.post('/account/language', { locale: 'de' })).status, 200);
    const { account } = await installation.administration.people.show({ user: 'eve' });
    assert.equal(account.locale, 'de');
  });

  it('an address that changes has to be verified again', async () => {
    const { accounts } = installation.storage;
    const account = (await accounts.findByUserNameKey('ada')) ?? assert.fail();
    const verified = { ...account, emailVerified: true, revision: account.revision + 1 };
    await accounts.update(verified, account.revision);
    await ada.post('/account/profile', { name: 'Ada Lovelace', email: 'ada@evil.example' });
    assert.equal((await accounts.findByUserNameKey('ada'))?.emailVerified, false);
  });

  it('removing a passkey ends its sessions and grants, and no others', async () => {
    const { authenticator, passkeyId } = await addPasskey(ada);
    const app = await addApp(installation);
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const lost = await signInElsewhere(installation, { authenticator });
    const ofLost = await app.tokens(lost, offline);
    const kept = await signInElsewhere(installation, ada);
    const ofKept = await app.tokens(kept, offline);
    const left = await removePasskey(kept, passkeyId);
    assert.equal(left.status, 200, left.text);
    assertRefused(await app.refresh(ofLost.refresh_token), 'invalid_grant');
    assert.equal((await app.userInfo(ofLost.access_token)).status, 401);
    assert.equal((await lost.post('/account/profile', { name: 'x' })).status, 401);
    assert.equal((await app.refresh(ofKept.refresh_token)).status, 200);
    assert.equal((await kept.get('/account')).status, 200);
    assert.equal((await ada.get('/account')).status, 200);
  });

  it('removing a passkey ends the sign-ins that have not become a session yet', async () => {
    const { authenticator, passkeyId } = await addPasskey(ada);
    const app = await addApp(installation, { consent: 'implicit' });
    const lost = { ...createBrowser(installation.origin), authenticator };
    const location = await answerSignIn(lost, await lost.follow(app.authorizationUrl()));
    assert.equal((await removePasskey(ada, passkeyId)).status, 200);
    const late = await lost.get(location);
    assert.equal(late.status, 400);
    assert.equal(late.location, undefined);
  });

  it('a grant follows the latest sign-in that it was used with', async () => {
    const { authenticator, passkeyId } = await addPasskey(ada);
    const app = await addApp(installation);
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const browser = await signInElsewhere(installation, { authenticator });
    const first = await app.tokens(browser, offline);
    const again = { ...browser, authenticator: ada.authenticator };
    await app.code(again, { prompt: 'login' });
    assert.equal((await removePasskey(ada, passkeyId)).status, 200);
    assert.equal((await app.refresh(first.refresh_token)).status, 200, 'it moved to the other passkey');
    assert.equal((await again.get('/account')).status, 200);
  });

  it('W9 W10 shows a passkey that may have a copy, and a backup that ended', async () => {
    const joan = await addPerson(installation, { name: 'Joan', userName: 'joan' });
    const confirm = async (overrides: GetOverrides) => {
      const begun = await joan.post('/account/confirm/options', { purpose: 'add-passkey' });
      const { options } = json<{ options: never }>(begun);
      const response = joan.authenticator.get(options, overrides);
      return (await joan.post('/account/confirm', { purpose: 'add-passkey', response })).status;
    };
    const page = async () => (await joan.get('/account')).text;
    assert.equal(await confirm({ counter: 7 }), 200);
    assert.doesNotMatch(await page(), /there may be a copy|backed up/);
    assert.equal(await confirm({ counter: 7 }), 400);
    assert.match(await page(), /refused .*there may be a copy of it somewhere/);
    assert.equal(await confirm({ counter: 8, flags: { bs: false } }), 200);
    assert.match(await page(), /No longer backed up/);
  });
});
