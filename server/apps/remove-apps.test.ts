import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { ApiFacts } from '../admin/apis.ts';
import { removeUnusedApps } from '../registration/clean-up.ts';
import { createRegistration } from '../registration/register.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import { addApp } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { askRegistration } from '../testing/registration.ts';
import { newApp } from './create-app.ts';
import { newRegisteredId } from './registered-id.ts';
import { removeApps } from './remove-apps.ts';

const redirectUri = 'https://agent.example.com/callback';
const day = 24 * 60 * 60_000;

onEveryStorage('an app that is removed', (start) => {
  let installation: TestInstallation;
  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'open' });
    await setUp(installation);
  });

  let people = 0;
  async function accountOf(name: string, administers: string[]): Promise<string> {
    people += 1;
    const { people: administration } = installation.administration;
    const { id } = await administration.add({ userName: `${name}${people}` });
    await administration.update({ user: id, administers });
    return id;
  }

  /** An API, apps and people that name it: one together with another, one alone. */
  async function named(id: string) {
    const other = await addApp(installation, { kind: 'web' });
    const api = await addApi(installation, {
      apps: [
        { id, people: ['read'], machine: ['read'] },
        { id: other.id, people: ['read'] },
      ],
      introspectedBy: [id, other.id],
    });
    const both = await addApp(installation, { kind: 'web', tokenExchange: { apps: [id, other.id] } });
    const pair = { apps: [id, other.id], impersonates: [id, other.id] };
    const desk = await addApp(installation, { kind: 'web', tokenExchange: pair });
    const quiet = await addApp(installation, { kind: 'web', tokenExchange: { ...pair, impersonates: [id] } });
    const alone = await addApp(installation, { kind: 'web', tokenExchange: { apps: [id] } });
    const grace = await accountOf('grace', [id, other.id]);
    const eve = await accountOf('eve', [id]);
    return { api, other, both, desk, quiet, alone, grace, eve };
  }

  type Names = Awaited<ReturnType<typeof named>>;
  async function isForgotten(names: Names) {
    await isForgottenByPeopleAndApis(names);
    const { other, both, desk, quiet, alone } = names;
    const { apps } = installation.administration;
    assert.deepEqual((await apps.show({ id: both.id })).tokenExchange, { apps: [other.id] });
    const left = { apps: [other.id], impersonates: [other.id] };
    assert.deepEqual((await apps.show({ id: desk.id })).tokenExchange, left);
    assert.deepEqual((await apps.show({ id: quiet.id })).tokenExchange, { apps: [other.id] });
    assert.equal((await apps.show({ id: alone.id })).tokenExchange, undefined);
  }

  async function isForgottenByPeopleAndApis({ api, other, grace, eve }: Names) {
    const { apis } = installation.administration;
    const { apps: allowed, introspectedBy }: ApiFacts = await apis.show({ api: api.id });
    assert.deepEqual([allowed.map(({ id }) => id), introspectedBy], [[other.id], [other.id]]);
    const { accounts } = installation.storage;
    assert.deepEqual((await accounts.findById(grace))?.administers, [other.id]);
    const idle = await accounts.findById(eve);
    assert.ok(idle && !('administers' in idle), 'who administered it alone administers nothing');
  }

  const register = () => askRegistration(installation, { body: { redirect_uris: [redirectUri] } });
  const isThere = async (id: string) => (await installation.storage.apps.findById(id)) !== undefined;

  it('leaves nothing to one that gets its client id: by an administrator', async () => {
    const machine = { kind: 'machine' as const, redirectUris: [], id: 'passing' };
    const { id } = await addApp(installation, machine);
    const names = await named(id);
    await installation.administration.apps.remove({ id });
    await isForgotten(names);
    const next = await addApp(installation, machine);
    const asked = { grant_type: 'client_credentials', resource: names.api.audience, scope: 'read' };
    // An instance may still have the one that was removed.
    await within2Seconds(async () => (await next.post('/token', asked)).body.error === 'invalid_target');
  });

  it('leaves nothing by itself, and an id that no other app gets', async () => {
    const { body } = await register();
    const { client_id: id, registration_access_token: token } = body;
    const names = await named(id);
    const answer = await askRegistration(installation, { method: 'DELETE', path: `/${id}`, token });
    assert.equal(answer.status, 204);
    assert.equal(await isThere(id), false);
    await isForgottenByPeopleAndApis(names);
    await assert.rejects(addApp(installation, { kind: 'web', id }), { code: 'field_invalid', field: 'id' });
    await removeUnusedApps({ ...installation.storage, record: async () => true, now: Date.now });
    await isForgotten(names);
  });

  it('costs no reading of other apps where it removes itself, whatever they are', async () => {
    const { storage, secret } = installation;
    const { body } = await register();
    const { client_id: id, registration_access_token: token } = body;
    const names = await named(id);
    const refuse = () => Promise.reject(new Error('other apps are read'));
    const registration = createRegistration({
      ...storage,
      ...{ issuer: installation.origin, mode: 'open', hash: secret.hash, authMethods: [], now: Date.now },
      apps: { ...storage.apps, list: refuse },
      ...{ askAddress: refuse, record: async () => true },
    });
    await registration.remove(id, token);
    assert.equal(await isThere(id), false);
    await isForgottenByPeopleAndApis(names);
  });

  it('leaves nothing to one that gets its client id: since nobody uses it', async () => {
    const { client_id: id } = (await register()).body;
    const names = await named(id);
    const now = () => Date.now() + 2 * day;
    assert.ok((await removeUnusedApps({ ...installation.storage, record: async () => true, now })) >= 1);
    assert.equal(await isThere(id), false);
    await isForgotten(names);
  });

  it('costs one reading of all others where nobody uses many', async () => {
    const { storage, secret } = installation;
    const input = { name: 'Passing', kind: 'web' as const, redirectUris: [redirectUri] };
    for (let made = 0; made < 62; made++) {
      const { app } = newApp(input, { hash: secret.hash, now: Date.now() });
      const registration = { tokenHash: app.id };
      const own = { id: newRegisteredId(), origin: 'dynamic' as const, registration };
      await storage.apps.insert({ ...app, ...own, secrets: [] });
    }
    let read = 0;
    const list: typeof storage.apps.list = (query) => {
      read += 1;
      return storage.apps.list({ ...query, limit: 10 });
    };
    const recorded: (string | undefined)[] = [];
    const record = async ({ appId }: { appId?: string }) => recorded.push(appId) > 0;
    const now = () => Date.now() + 2 * day;
    const removed = await removeUnusedApps({ ...storage, apps: { ...storage.apps, list }, record, now });
    assert.ok(removed >= 62);
    assert.equal(new Set(recorded).size, removed);
    assert.ok(read <= Math.ceil((removed + 40) / 10), `${read} pages were read`);
  });

  it('is allowed nothing any more where the removal breaks off, and is removed by the next one', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const names = await named(id);
    const { storage } = installation;
    const broken = { ...storage.apps, remove: () => Promise.reject(new Error('the power is off')) };
    const removal = { ...storage, now: Date.now };
    await assert.rejects(removeApps({ ...removal, apps: broken }, [id]), /power/);
    assert.equal(await isThere(id), true);
    await isForgotten(names);
    await removeApps(removal, [id]);
    assert.equal(await isThere(id), false);
  });

  it('is forgotten where somebody changes what names it at the same moment', async () => {
    const { id } = await addApp(installation, { kind: 'web' });
    const names = await named(id);
    const { apps, apis } = installation.administration;
    const renamed = async (change: Promise<unknown>) =>
      change.catch((error: { code?: string }) => assert.equal(error.code, 'conflict'));
    await Promise.all([
      apps.remove({ id }),
      renamed(apis.update({ api: names.api.id, name: 'Receipts' })),
      renamed(apps.update({ id: names.both.id, name: 'Till' })),
    ]);
    await isForgotten(names);
  });
});
