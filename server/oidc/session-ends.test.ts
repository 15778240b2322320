import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { appSample } from '../../adapters/storage.contract/samples.ts';
import { openSessions } from '../open-sessions.ts';
import { createSecretRing } from '../secret/ring.ts';
import { generateRoot } from '../secret/secret.ts';
import type { ArtifactRepository, LogoutNotice, Storage } from '../storage.ts';

const secret = createSecretRing([generateRoot()]);
const now = () => Date.now();
const sessionLife = 60 * 60 * 1000;

/** Sessions on a storage that a test may spoil, and what they leave to be told. */
async function openEnds(
  url: string,
  spoil: (artifacts: ArtifactRepository) => Partial<ArtifactRepository> = () => ({}),
) {
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const delivered: LogoutNotice[] = [];
  const deliver = (notices: readonly LogoutNotice[]) => void delivered.push(...notices);
  const findApp = async (id: string) =>
    appSample({ id, backchannelLogoutUri: 'https://app.example/', backchannelLogoutSessionRequired: true });
  const parts = { secret, findApp, deliver, now };
  const sound = openSessions({ storage, ...parts });
  const artifacts = { ...storage.artifacts, ...spoil(storage.artifacts) };
  const { sessions } = openSessions({ storage: { ...storage, artifacts }, ...parts });
  return { storage, sound, sessions, delivered, ...people(storage, sound) };
}

function people(
  { artifacts, logoutNotices }: Storage,
  { vault }: Pick<ReturnType<typeof openSessions>, 'vault'>,
) {
  const prefix = `${now()}-${Math.random()}`;
  const sub = `sub ${prefix}`;
  const appId = (name: string) => `${name} ${prefix}`;
  /** Stores the session as a request does that has signed in to these apps. */
  const use = async (...apps: string[]) => {
    const authorizations = Object.fromEntries(
      apps.map((name) => [appId(name), { sid: `sid ${name}`, grantId: `grant ${name} ${prefix}` }]),
    );
    const columns = { accountId: sub, uid: prefix, expiresAt: now() + sessionLife };
    const payload = { authorizations };
    await artifacts.upsert(vault.seal({ model: 'Session', rawId: prefix, payload, columns }));
  };
  const noticesOf = (name: string) =>
    logoutNotices.list({
      state: 'pending',
      appId: appId(name),
      until: Number.MAX_SAFE_INTEGER,
      limit: 99,
    });
  const isOver = async () => (await artifacts.find(vault.idOf('Session', prefix)))?.consumedAt !== undefined;
  return { sub, uid: prefix, use, noticesOf, isOver };
}

function endsContract(url: string): void {
  it('F18 tells an app once, whoever of 20 ends its session', async () => {
    const { storage, sessions, sub, uid, use, noticesOf, delivered, isOver } = await openEnds(url);
    await use('wiki', 'notes');
    await Promise.all(Array.from({ length: 20 }, () => sessions.end(sub, uid)));
    await Promise.all(Array.from({ length: 20 }, () => sessions.endAll(sub)));
    assert.ok(await isOver());
    for (const app of ['wiki', 'notes']) {
      const [notice, ...more] = await noticesOf(app);
      assert.deepEqual([notice?.sub, notice?.sid, more.length], [sub, `sid ${app}`, 0]);
    }
    assert.equal(delivered.length, 2);
    await storage[Symbol.asyncDispose]();
  });

  it('I3 tells also an app that a request under way had signed in to until the end', async () => {
    let signIn = async () => {};
    const { storage, sessions, sub, uid, use, noticesOf } = await openEnds(url, (artifacts) => ({
      async recordConsumed(id, at) {
        await signIn();
        return artifacts.recordConsumed(id, at);
      },
    }));
    await use('wiki');
    signIn = () => use('wiki', 'notes');
    await sessions.end(sub, uid);
    for (const app of ['wiki', 'notes']) assert.equal((await noticesOf(app)).length, 1, app);
    await storage[Symbol.asyncDispose]();
  });

  it('leaves a notice behind, and no session that nobody tells of, where it breaks off half-way', async () => {
    let fails = true;
    const { storage, sessions, sub, uid, use, noticesOf, isOver, delivered } = await openEnds(
      url,
      (artifacts) => ({
        recordConsumed: (id, at) =>
          fails ? Promise.reject(new Error('the power is gone')) : artifacts.recordConsumed(id, at),
      }),
    );
    await use('wiki');
    await assert.rejects(sessions.end(sub, uid), /power/);
    assert.ok(!(await isOver()));
    assert.deepEqual(delivered, [], 'nothing has ended');
    const [waiting] = await noticesOf('wiki');
    assert.ok(waiting && waiting.nextAttemptAt > now(), 'whoever delivers it waits for the end');
    fails = false;
    // The app was told, and the person came back to it through the session that goes on.
    await use('wiki');
    await sessions.end(sub, uid);
    assert.ok(await isOver());
    assert.equal((await noticesOf('wiki')).length, 2);
    await storage[Symbol.asyncDispose]();
  });

  it('ends nothing where it cannot be told', async () => {
    const { storage, sub, uid, use, isOver } = await openEnds(url);
    const logoutNotices = {
      ...storage.logoutNotices,
      insert: () => Promise.reject(new Error('the disk is full')),
    };
    const findApp = async (id: string) => appSample({ id, backchannelLogoutUri: 'https://app.example/' });
    const { sessions } = openSessions({ storage: { ...storage, logoutNotices }, secret, findApp, now });
    await use('wiki');
    await assert.rejects(sessions.end(sub, uid), /disk/);
    assert.ok(!(await isOver()));
    await storage[Symbol.asyncDispose]();
  });

  it('ends also a session that does not open, and those beside it', async () => {
    const { storage, sound, sessions, sub, use, noticesOf, isOver } = await openEnds(url);
    await use('wiki');
    const damaged = { id: `damaged ${sub}`, model: 'Session', payload: 'v1.key.sealed', accountId: sub };
    await storage.artifacts.upsert({ ...damaged, uid: `${sub} damaged`, expiresAt: now() + sessionLife });
    assert.equal(await sessions.endAccount(sub), 2);
    assert.ok(await isOver());
    assert.notEqual((await storage.artifacts.find(damaged.id))?.consumedAt, undefined);
    assert.equal((await noticesOf('wiki')).length, 1);
    assert.deepEqual(await sound.sessions.list(sub, now()), []);
    await storage[Symbol.asyncDispose]();
  });
}

describe('the end of a session, on SQLite', () => endsContract('sqlite::memory:'));
describe('the end of a session, on MongoDB', () => withMongo(({ url }) => endsContract(url)));
