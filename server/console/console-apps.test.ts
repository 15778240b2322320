import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send, withRole } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('apps at the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'invitation' });
    ada = await setUp(installation);
  });

  it('connects an app, and shows its secret this once', async () => {
    const made = await send(ada, '/console/apps/new', {
      name: 'Field Notes',
      kind: 'web',
      redirectUri: 'https://notes.example.com/callback',
    });
    assert.match(made.location, /\/console\/apps\/[\w-]+$/);
    const [, secret = ''] = /id="client-secret"[^>]*>([^<]+)</.exec(made.text) ?? [];
    assert.ok(secret.length >= 32);
    assert.match(made.text, /Field Notes is connected/);
    const again = await ada.get(made.location);
    assert.ok(!again.text.includes(secret));
    assert.match(again.text, /openid-configuration/);
    const rotated = await send(ada, `${new URL(made.location).pathname}/rotate`, { previousHours: '24' });
    assert.match(rotated.text, /id="client-secret"/);
    assert.equal(rotated.text.match(/class="badge caution">Ends/g)?.length, 1);
  });

  it('says beside the field why an address cannot be registered, and keeps what was typed', async () => {
    const refused = await ada.submit('/console/apps/new', {
      name: 'Field Notes',
      kind: 'web',
      redirectUri: 'http://notes.example.com/callback',
    });
    assert.equal(refused.status, 200);
    assert.match(refused.text, /id="form-redirectUri-problem">[^<]*outside localhost it must be https/);
    assert.match(refused.text, /value="http:\/\/notes\.example\.com\/callback" [^>]*aria-invalid="true"/);
  });

  it('tells in which session somebody is signed in to an app', async () => {
    const app = await addApp(installation, { name: 'Time sheet' });
    await app.code(ada);
    const { text } = await ada.get('/console/sessions?person=ada');
    assert.match(text, /<td[^>]*>(?:(?!<\/td>).)*<bdi>Time sheet<\/bdi>/s);
  });

  it('says of a machine what it still lacks, and nothing of what is for people', async () => {
    const { text } = await send(ada, '/console/apps/new', { name: 'Nightly', kind: 'machine' });
    assert.match(text, /None yet, so it may do nothing here/);
    assert.doesNotMatch(text, /PKCE|Each person is asked|Rule for passkeys/);
  });

  it('changes an app, and refuses a change of what was changed meanwhile', async () => {
    const { id } = await addApp(installation, { name: 'Wiki' });
    const fields = {
      revision: '1',
      name: 'Team Wiki',
      consent: 'implicit',
      scopes: 'openid',
      redirectUris: 'https://wiki.example.com/a\r\nhttps://wiki.example.com/b\r\n',
      postLogoutRedirectUris: '',
      idTokenSignedResponseAlg: 'ES256',
      accessTokenMinutes: '10',
      claims: 'department floor',
    };
    const saved = await send(ada, `/console/apps/${id}/edit`, fields);
    assert.match(saved.text, /Saved\./);
    const app = await installation.administration.apps.show({ id });
    assert.deepEqual(app.redirectUris, ['https://wiki.example.com/a', 'https://wiki.example.com/b']);
    assert.deepEqual(
      [app.lifetimes, app.claims, app.consent],
      [{ accessToken: 600 }, ['department', 'floor'], 'implicit'],
    );
    const late = await ada.submit(`/console/apps/${id}/edit`, { ...fields, name: 'Other' });
    assert.match(late.text, /This was changed meanwhile/);
    assert.match(late.text, /value="Other"/);
  });

  it('says how and where sign-ins to an app begin, and takes that away', async () => {
    const { id } = await addApp(installation, { name: 'Bank', kind: 'web' });
    const fields = {
      ...{ name: 'Bank', consent: 'explicit', scopes: 'openid', idTokenSignedResponseAlg: 'ES256' },
      ...{ redirectUris: 'https://bank.example.com/', pkce: 'required' },
    };
    const edit = (more: Record<string, string>) => ({ ...fields, ...more });
    const path = `/console/apps/${id}/edit`;
    for (const [field, value, problem] of [
      ['initiateLoginUri', 'http://bank.example.com/login', /^Http:\/\/bank[^<]*begins with http/i],
      ['defaultMaxAge', '-1', /^Must be 0 or more/],
    ] as const) {
      const { text } = await ada.submit(path, edit({ [field]: value }));
      assert.match(new RegExp(`id="form-${field}-problem">([^<]*)`).exec(text)?.[1] ?? '', problem);
      assert.ok(text.includes(`value="${value}"`));
    }
    const initiateLoginUri = 'https://bank.example.com/login';
    const saved = await send(ada, path, edit({ initiateLoginUri, defaultMaxAge: '300' }));
    assert.match(
      saved.text,
      /Sign-ins begin at<.*bank\.example\.com\/login.*A sign-in is good for<.*5 minutes/s,
    );
    const shown = async () => {
      const app = await installation.administration.apps.show({ id });
      return [app.initiateLoginUri, app.defaultMaxAge];
    };
    assert.deepEqual(await shown(), [initiateLoginUri, 300]);
    await send(ada, path, fields);
    assert.deepEqual(await shown(), [initiateLoginUri, 300], 'what the form does not have stays');
    await send(ada, path, edit({ initiateLoginUri: '', defaultMaxAge: '' }));
    assert.deepEqual(await shown(), [undefined, undefined]);
  });

  it('connects a site behind a gateway, with the files for its gateway, and says what is wrong beside its field', async () => {
    const origin = 'https://site.example.com';
    const added = await send(ada, '/console/apps/new', { name: 'Site', kind: 'proxied', origin });
    assert.match(added.text, /site\.example\.com/);
    for (const guide of ['nginx', 'caddy', 'haproxy', 'traefik'])
      assert.match(added.text, new RegExp(`id="guide-forward-auth-${guide}"`));
    const { items } = await installation.administration.apps.list({ text: 'Site' });
    const app = items.find(({ kind }) => kind === 'proxied') ?? assert.fail();
    const fields = {
      ...{
        revision: '1',
        name: 'Site',
        consent: 'implicit',
        scopes: 'openid',
        idTokenSignedResponseAlg: 'ES256',
      },
      ...{ origins: `${origin}\r\n`, siteAcr: 'phr', remoteUser: 'sub' },
    };
    const untouched = await ada.get(`/console/apps/${app.id}/edit`);
    assert.match(untouched.text, /<details><summary>What its gateway is told/);
    const wrong = await ada.submit(`/console/apps/${app.id}/edit`, { ...fields, openPaths: '/a/../b' });
    assert.match(wrong.text, /Must be paths such as/);
    const saved = await send(ada, `/console/apps/${app.id}/edit`, { ...fields, openPaths: '/health' });
    assert.match(saved.text, /Saved\./);
    const { forwardAuth } = await installation.administration.apps.show({ id: app.id });
    assert.deepEqual(forwardAuth, {
      origins: [origin],
      openPaths: ['/health'],
      acr: 'phr',
      remoteUser: 'sub',
    });
    const taken = await ada.submit('/console/apps/new', { name: 'Other', kind: 'proxied', origin });
    assert.match(taken.text, /another app/);
  });

  it('says in words what an app did wrong, and mends it by a button', async () => {
    const app = await addApp(installation, { name: 'Broken' });
    const wrong = `${app.redirectUri}/`;
    const refused = await ada.get(app.authorizationUrl({ redirect_uri: wrong }));
    assert.equal(refused.status, 400);
    const [, appPage = ''] = /<a href="([^"]+)">Open Broken in the console<\/a>/.exec(refused.text) ?? [];
    assert.equal(appPage, `/console/apps/${app.id}`);
    const errorsOf = async () => (await installation.administration.apps.refusals({ id: app.id })).items;
    for (const end = Date.now() + 20_000; (await errorsOf()).length === 0; await delay(200))
      assert.ok(Date.now() < end, 'it is written every few seconds');
    const page = await ada.get(appPage);
    assert.match(page.text, /differs by a trailing slash/);
    const mended = await send(ada, `/console/apps/${app.id}/add-redirect`, { uri: wrong, revision: '1' });
    assert.match(mended.text, /The address is added/);
    assert.doesNotMatch(mended.text, /differs by a trailing slash/);
    assert.equal((await ada.follow(app.authorizationUrl({ redirect_uri: wrong }))).status, 200);
  });

  it('has a change of an app in force at the very next request', async () => {
    const app = await addApp(installation, { name: 'Quick' });
    const other = 'https://notes.example.com/other';
    const ask = () => ada.follow(app.authorizationUrl({ redirect_uri: other }));
    assert.equal((await ask()).status, 400);
    await send(ada, `/console/apps/${app.id}/add-redirect`, { uri: other });
    assert.equal((await ask()).status, 200);
  });

  it('keeps whom an app is for when who saves it may not see the groups', async () => {
    const { administration } = installation;
    const group = await administration.groups.add({ name: 'Only these' });
    const app = await addApp(installation, { name: 'Reserved', allowedGroups: [group.id] });
    const keeper = await withRole(installation, 'keeper', 'person');
    await administration.people.update({ user: 'keeper', administers: [app.id] });
    const form = (await keeper.get(`/console/apps/${app.id}/edit`)).text;
    const checked = [...form.matchAll(/name="allowedGroups" value="([^"]+)"[^>]*checked/g)].map(
      ([, id]) => id,
    );
    assert.deepEqual(checked, [group.id]);
  });
});
