import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { logoutNoticeSample, signInSample } from '../../adapters/storage.contract/samples.ts';
import { createVault } from '../oidc/vault.ts';
import { checkInstallation } from '../secret/check-installation.ts';
import { keepPairwiseSalt } from '../secret/pairwise-salt.ts';
import { openAdministration } from '../testing/administration.ts';
import { addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send } from '../testing/console.ts';
import { administrationOf, type TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { startLogoutReceiver } from '../testing/logout-receiver.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { type SectorServer, startSector } from '../testing/sector.ts';
import { signOut } from '../testing/sign-out.ts';
import { until } from '../testing/until.ts';

onEveryStorage('by which sub an app knows people', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let sector: SectorServer;
  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    sector = await startSector();
  });
  after(() => sector[Symbol.asyncDispose]());

  const refusal = { code: 'field_invalid', field: 'newSubjects' };

  it('is changed freely until somebody has used it', async () => {
    const { apps } = installation.administration;
    const { id } = await addApp(installation);
    assert.equal((await apps.update({ id, subjectType: 'pairwise' })).subjectType, 'pairwise');
    assert.equal((await apps.update({ id, subjectType: 'public' })).subjectType, undefined);
    await apps.update({ id, subjectType: 'pairwise' });
    assert.equal((await apps.update({ id, subjectType: null })).subjectType, undefined);
  });

  it('is changed of an app in use for somebody who means it, and what it has of people ends', async () => {
    const { apps } = installation.administration;
    const app = await addApp(installation);
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const tokens = await app.tokens(ada, offline);
    const { id } = app;
    await assert.rejects(apps.update({ id, subjectType: 'pairwise' }), refusal);
    assert.equal((await apps.show({ id })).subjectType, undefined);
    await apps.update({ id, subjectType: 'pairwise', newSubjects: true });
    assertRefused(await app.refresh(tokens.refresh_token), 'invalid_grant');
    assert.equal((await app.userInfo(tokens.access_token)).status, 401);
    const redirectUris = ['https://moved.example.com/cb'];
    await assert.rejects(apps.update({ id, redirectUris }), { ...refusal, detail: /moved\.example\.com/ });
    sector.documents.set('/sector.json', ['https://notes.example.com/callback']);
    await assert.rejects(apps.update({ id, sectorIdentifierUri: sector.uri }), refusal);
    await apps.update({
      id,
      name: 'Other',
      redirectUris: ['https://notes.example.com/callback', 'https://notes.example.com/b'],
    });
    await assert.rejects(apps.update({ id, subjectType: 'public' }), refusal);
  });

  it('is changed once the app was told of everybody by the sub that it knew, also when it was down', async () => {
    await using receiver = await startLogoutReceiver();
    const { apps, logoutNotices } = installation.administration;
    const { storage } = installation;
    const app = await addApp(installation, { subjectType: 'pairwise', backchannelLogoutUri: receiver.uri });
    const { sub } = payloadOf((await app.tokens(ada)).id_token);
    const { id } = app;
    receiver.answer = (response) => void response.writeHead(500).end();
    const redirectUris = ['https://elsewhere.example.com/cb'];
    await apps.update({ id, redirectUris, newSubjects: true });
    const [first] = await receiver.received(1);
    const pending = async () =>
      (
        await storage.logoutNotices.list({
          state: 'pending',
          appId: id,
          until: Date.now() + 60_000,
          limit: 9,
        })
      )[0];
    await until('the first attempt has failed', async () => Boolean((await pending())?.lastFailure));
    const notice = (await pending()) ?? assert.fail();
    const [listed] = await logoutNotices.list({ app: id });
    await storage.logoutNotices.update({ ...notice, nextAttemptAt: Date.now() }, notice.attempts);
    const [, second] = await receiver.received(2);
    assert.deepEqual(
      [first, second].map((token) => payloadOf(token ?? '').sub),
      [sub, sub],
    );
    assert.deepEqual([listed?.sub, listed?.userName], [sub, 'ada']);
    assert.ok(!JSON.stringify(listed).includes(notice.sub), 'nobody learns the sub of other apps from it');
  });

  it('is changed by whoever does it again, where it was broken off between the end and the change', async () => {
    const { storage } = installation;
    const app = await addApp(installation);
    const { id } = app;
    const before = await app.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    const dying = { ...storage.apps, update: () => Promise.reject(new Error('killed')) };
    const { apps } = administrationOf({ ...installation, storage: { ...storage, apps: dying } });
    const change = { id, subjectType: 'pairwise', newSubjects: true } as const;
    await assert.rejects(apps.update(change), /killed/);
    assertRefused(await app.refresh(before.refresh_token), 'invalid_grant');
    assert.equal(payloadOf((await app.tokens(ada)).id_token).sub, payloadOf(before.id_token).sub);
    await installation.administration.apps.update(change);
    assert.equal((await storage.artifacts.listByApp(id, { model: 'Grant', limit: 9 })).items.length, 0);
  });

  it('is still the one that it knew in what it is told of a session from before', async () => {
    await using receiver = await startLogoutReceiver();
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const app = await addApp(installation, { backchannelLogoutUri: receiver.uri });
    const { sub } = payloadOf((await app.tokens(grace)).id_token);
    await installation.administration.apps.update({
      ...{ id: app.id, subjectType: 'pairwise', newSubjects: true },
    });
    await receiver.received(1);
    // The server goes by it.
    await delay(1500);
    await signOut(grace);
    const tokens = await receiver.received(2);
    assert.deepEqual(
      tokens.map((token) => payloadOf(token).sub),
      [sub, sub],
    );
  });

  it('ends nothing where the change is refused for another reason', async () => {
    const { apps } = installation.administration;
    const app = await addApp(installation);
    const tokens = await app.tokens(ada);
    const change = { id: app.id, subjectType: 'pairwise', newSubjects: true } as const;
    await assert.rejects(apps.update({ ...change, revision: 7 }), { code: 'conflict' });
    assert.equal((await app.userInfo(tokens.access_token)).status, 200);
  });

  it('holds for what another instance gave meanwhile: it is worth nothing to the app as it is now', async () => {
    const { storage } = installation;
    const app = await addApp(installation);
    const tokens = await app.tokens(ada, { scope: 'openid offline_access', prompt: 'consent' });
    const stored = (await storage.apps.findById(app.id)) ?? assert.fail();
    await storage.apps.update({ ...stored, subjectType: 'pairwise', revision: 2 }, stored.revision);
    await until(
      'the server goes by it',
      async () => (await app.userInfo(tokens.access_token)).status === 401,
    );
    assertRefused(await app.refresh(tokens.refresh_token), 'invalid_grant');
    assert.notEqual(payloadOf((await app.tokens(ada)).id_token).sub, payloadOf(tokens.id_token).sub);
  });

  it('is refused with what is wrong at the address of its sector, and nothing is made', async () => {
    const { apps } = installation.administration;
    sector.documents.set('/sector.json', ['https://a.example.com/cb']);
    const said = {
      name: 'Notes',
      kind: 'web',
      subjectType: 'pairwise',
      sectorIdentifierUri: sector.uri,
    } as const;
    const count = async () => (await apps.list({ limit: 100 })).items.length;
    const before = await count();
    await assert.rejects(apps.add({ ...said, redirectUris: ['https://b.example.com/cb'] }), {
      ...{ code: 'field_invalid', field: 'sectorIdentifierUri' },
      detail: /does not list https:\/\/b\.example\.com\/cb/,
    });
    assert.equal(await count(), before);
    const { app } = await apps.add({ ...said, redirectUris: ['https://a.example.com/cb'] });
    sector.documents.delete('/sector.json');
    const { revision } = await apps.update({ id: app.id, name: 'While it is away' });
    assert.equal(revision, 2);
  });

  it('is said at the console, which warns before people become others', async () => {
    const app = await addApp(installation, { pkce: 'required' });
    const { sub } = payloadOf((await app.tokens(ada)).id_token);
    const form = {
      ...{ name: 'Notes', consent: 'explicit', scopes: 'openid', redirectUris: app.redirectUri },
      ...{ postLogoutRedirectUris: '', idTokenSignedResponseAlg: 'ES256', revision: '1' },
      ...{ subjectType: 'pairwise', sectorIdentifierUri: '' },
    };
    const path = `/console/apps/${app.id}/edit`;
    const plain = await ada.get(path);
    assert.match(plain.text, /How it knows people.*to the app, everybody is somebody new/s);
    assert.doesNotMatch(plain.text, /name="newSubjects"/);
    const warned = await ada.submit(path, form);
    assert.match(warned.text, /<details open><summary>How it knows people/);
    assert.match(warned.text, /People have used this app\..*name="newSubjects" value="on">/s);
    assert.match(warned.text, /value="pairwise" checked/);
    const saved = await send(ada, path, { ...form, newSubjects: 'on' });
    assert.match(saved.text, /Saved\..*for the sector notes\.example\.com/s);
    assert.notEqual(payloadOf((await app.tokens(ada)).id_token).sub, sub);
  });
});

describe('whoever administers one app', () => {
  it('lets nobody know people there by the sub of other apps', async () => {
    const { requireConsent } = await import('./require-consent.ts');
    const app = { id: 'notes', consent: 'explicit', scopes: ['openid'] } as const;
    const telling = { ...app, scopes: [...app.scopes], redirectUris: ['https://notes.example.com/'] };
    const permissions = { scopes: new Set(['apps:read']) } as unknown as Parameters<typeof requireConsent>[0];
    const pairwise = { ...telling, subjectType: 'pairwise' } as const;
    assert.throws(() => requireConsent(permissions, pairwise, telling), { field: 'subjectType' });
    const elsewhere = { ...pairwise, redirectUris: ['https://others.example.com/'] };
    assert.throws(() => requireConsent(permissions, pairwise, elsewhere), { field: 'subjectType' });
    assert.throws(() => requireConsent(permissions, telling, elsewhere), { field: 'subjectType' });
    requireConsent(permissions, pairwise, { ...pairwise, redirectUris: ['https://notes.example.com/in'] });
  });

  it('learns the sub of other apps from nothing that is listed there', async () => {
    await using office = await openAdministration();
    const { machine, storage, secret, now } = office;
    await checkInstallation(storage.installation, { secret, now: now() });
    const dependents = async () => undefined;
    await keepPairwiseSalt({ repository: storage.installation, secret, dependents });
    const [app, origin] = ['notes', 'https://notes.example.com/'];
    const redirectUris = [origin];
    await machine.apps.add({ id: app, name: 'Notes', kind: 'web', redirectUris, subjectType: 'pairwise' });
    const { account: ada } = await machine.people.invite({ userName: 'ada', send: false });
    const { account: grace } = await machine.people.invite({ userName: 'grace', send: false });
    await machine.people.update({ user: 'grace', administers: [app] });
    const sector = 'notes.example.com';
    await storage.logoutNotices.insert(logoutNoticeSample({ appId: app, sub: ada.sub, sector }));
    await storage.signIns.insert(signInSample({ appId: app, accountId: ada.id }));
    const columns = { grantId: 'grant', appId: app, accountId: ada.sub };
    const { seal } = createVault(secret);
    await storage.artifacts.upsert(seal({ model: 'Grant', rawId: 'grant', payload: {}, columns }));
    const account = (await storage.accounts.findById(grace.id)) ?? assert.fail();
    const by = office.as({ kind: 'account', account });
    const listed = await Promise.all([
      by.apps.show({ id: app }),
      by.apps.refusals({ id: app }),
      by.signIns.listByApp({ app, limit: 9 }),
      by.grants.listByApp({ app, limit: 9 }),
      by.logoutNotices.list({ app }),
    ]);
    const text = JSON.stringify(listed);
    assert.ok(!text.includes(ada.sub));
    assert.equal(text.split(secret.pairwise(sector, ada.sub)).length, 3, 'in the grant, and in the notice');
    await assert.rejects(by.audit.list({ limit: 9 }), { code: 'forbidden' });
    await assert.rejects(by.people.show({ user: 'ada' }), { code: 'forbidden' });
  });
});
