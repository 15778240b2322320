import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { type SectorServer, startSector } from '../testing/sector.ts';

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
});
