import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { send, withRole } from '../testing/console.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('APIs at the console', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'invitation' });
    ada = await setUp(installation);
  });

  const form = (name: string) => ({
    name,
    audience: `https://${name.toLowerCase()}.example.com`,
    scopes: 'read Read your invoices.\r\n\r\nbills:pay  Pay them.\r\n',
    ...{ tokenFormat: 'jwt', tokenLifetime: '300', signingAlg: 'ES256', introspectedBy: '', detailTypes: '' },
  });
  const edited = ({ audience: _, ...fields }: ReturnType<typeof form>, revision: number) => ({
    ...fields,
    revision: String(revision),
  });
  const define = async (name: string) => {
    const { location } = await send(ada, '/console/apis/new', form(name));
    return new URL(location).pathname;
  };
  const show = (path: string) => installation.administration.apis.show({ api: path.split('/').at(-1) ?? '' });

  it('teaches what one is while there is none, and stands in the navigation', async () => {
    const { text } = await ada.get('/console/apis');
    assert.match(text, /No API is defined yet/);
    assert.match(text, /<a href="\/console\/apis" aria-current="page">APIs</);
  });

  it('defines one, lets an app have something there, and the app gets its token', async () => {
    const made = await send(ada, '/console/apis/new', form('Invoices'));
    assert.match(made.text, /Invoices is defined\. Now say which app may ask for what/);
    const path = new URL(made.location).pathname;
    const { scopes, tokenLifetime } = await show(path);
    assert.deepEqual(scopes, [
      { name: 'read', sentence: 'Read your invoices.' },
      { name: 'bills:pay', sentence: 'Pay them.' },
    ]);
    assert.equal(tokenLifetime, 300);
    const worker = await addApp(installation, { name: 'Worker', kind: 'machine', redirectUris: [] });
    const chosen = await send(ada, `${path}/apps`, { app: 'Worker' });
    assert.match(chosen.text, /<h1[^>]*>What <bdi>Worker<\/bdi> may ask for/);
    assert.doesNotMatch(chosen.text, /name="people"/, 'nobody signs in to a machine');
    const saved = await send(ada, `${path}/apps/${worker.id}`, { machine: 'read' });
    assert.match(saved.text, /<a href="\/console\/apps\/[^"]+"><bdi>Worker<\/bdi><\/a>/);
    await within2Seconds(async () => (await tokenFor(worker, path)) !== '');
    const token = await tokenFor(worker, path);
    assert.deepEqual([payloadOf(token).scope, payloadOf(token).aud], ['read', form('Invoices').audience]);
    assert.match(
      (await ada.get(`/console/apps/${worker.id}`)).text,
      /href="\/console\/apis\/[^"]+"><bdi>Invoices/,
    );
  });

  async function tokenFor(app: AppUnderTest, path: string): Promise<string> {
    const resource = (await show(path)).audience;
    const answer = await app.post('/token', { grant_type: 'client_credentials', resource, scope: 'read' });
    return String(answer.body.access_token ?? '');
  }

  it('takes away what an app has, and an app as a whole, in force within 2 s', async () => {
    const path = await define('Receipts');
    const worker = await addApp(installation, { name: 'Printer', kind: 'machine', redirectUris: [] });
    await send(ada, `${path}/apps/${worker.id}`, { machine: 'read' });
    await within2Seconds(async () => (await tokenFor(worker, path)) !== '');
    const taken = await send(ada, `${path}/apps/${worker.id}/remove`, { revision: '2' });
    assert.match(taken.text, /Taken away.*No app gets a token for it yet/s);
    await within2Seconds(async () => (await tokenFor(worker, path)) === '');
    await send(ada, `${path}/apps/${worker.id}`, { machine: 'read' });
    await send(ada, `${path}/apps/${worker.id}`, {});
    assert.deepEqual((await show(path)).apps, []);
  });

  it('says beside the field what is wrong, with the line of a list, and keeps what was typed', async () => {
    const wrong = { ...form('Slips'), audience: 'slips', scopes: 'read Read.\r\npay' };
    const refused = await ada.submit('/console/apis/new', wrong);
    assert.equal(refused.status, 200);
    assert.match(refused.text, /id="form-audience-problem">[^<]*absolute URI/);
    assert.match(refused.text, /id="form-scopes-problem">Line 2: /);
    assert.match(refused.text, />read Read\.\r?\npay<\/textarea>/);
    const own = { ...form('Slips'), audience: `${installation.config.issuer}/api/v1` };
    assert.match((await ada.submit('/console/apis/new', own)).text, /Is of this installation itself/);
    const details = await ada.submit('/console/apis/new', { ...form('Slips'), detailTypes: 'no JSON' });
    assert.match(details.text, /<details open>.*id="form-detailTypes-problem">[^<]+</s);
    const path = await define('Tills');
    const nobody = await ada.submit(`${path}/apps`, { app: 'nobody' });
    assert.match(nobody.text, /id="form-app-problem">There is nothing by this name/);
    assert.match(nobody.text, /value="nobody"/);
    const stranger = await ada.submit(`${path}/edit`, {
      ...edited(form('Tills'), 1),
      introspectedBy: 'nobody',
    });
    assert.match(stranger.text, /id="form-introspectedBy-problem">[^<]+</);
  });

  it('changes one, takes a scope that goes from its apps, and refuses what was changed meanwhile', async () => {
    const path = await define('Books');
    const app = await addApp(installation, { name: 'Shelf', kind: 'web' });
    await send(ada, `${path}/apps/${app.id}`, { people: 'read' });
    const types = [{ type: 'loan', sentence: 'Lend it.', schema: { type: 'object', properties: {} } }];
    const fields = {
      ...edited(form('Books'), 2),
      ...{ tokenFormat: 'opaque', introspectedBy: app.id, scopes: 'lend Lend books.' },
      detailTypes: JSON.stringify(types),
    };
    const saved = await send(ada, `${path}/edit`, fields);
    assert.match(saved.text, /Saved\..*lend.*Lend books\./s);
    const { scopes, apps, tokenFormat, introspectedBy, detailTypes } = await show(path);
    assert.deepEqual(
      [scopes.length, tokenFormat, introspectedBy, detailTypes],
      [1, 'opaque', [app.id], types],
    );
    assert.deepEqual(apps, []);
    const late = await ada.submit(`${path}/edit`, { ...fields, name: 'Other' });
    assert.match(late.text, /This was changed meanwhile/);
    assert.match(late.text, /value="Other"/);
    await send(ada, `${path}/edit`, { ...fields, revision: '3', detailTypes: '' });
    assert.equal((await show(path)).detailTypes, undefined);
  });

  it('says before a removal what ends with it, then removes it', async () => {
    const path = await define('Drafts');
    const app = await addApp(installation, { name: 'Desk', kind: 'web' });
    await send(ada, `${path}/apps/${app.id}`, { people: 'read' });
    const { text } = await ada.get(path);
    assert.match(text, /1 app gets no more tokens for it.*run out by themselves, within 5 minutes/s);
    const removed = await send(ada, `${path}/remove`, { revision: '2' });
    assert.match(removed.text, /Drafts is removed/);
    assert.equal((await ada.get(path)).status, 404);
  });

  it('shows them to who may only read, without a way to change them', async () => {
    const path = await define('Ledgers');
    const auditor = await withRole(installation, 'auditor', 'auditor');
    const { text } = await auditor.get(path);
    assert.match(text, /Ledgers/);
    assert.doesNotMatch(text, /Remove API|name="app"/);
    assert.equal((await auditor.submit('/console/apis/new', form('Mine'))).status, 200);
    assert.ok(!(await installation.administration.apis.list({})).items.some(({ name }) => name === 'Mine'));
    const person = await withRole(installation, 'person', 'person');
    assert.equal((await person.get('/console/apis')).status, 403);
  });
});
