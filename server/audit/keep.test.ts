import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { jwtVerify } from 'jose';
import { connect, withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import type { Storage } from '../storage.ts';
import { day, minute, openAudited } from '../testing/audited.ts';
import { checkpointJwk, readCheckpoint } from './checkpoint-jws.ts';
import { makeCheckpoint } from './make-checkpoint.ts';

type Audited = ReturnType<typeof openAudited>;

const claimsOf = ({ secret }: Audited, jws: string | undefined) =>
  readCheckpoint(jws ?? '', secret.checkpoints.publicKeys);

/** Days, each with events of a process that goes on and of one that ends, and with what the keeper does about them. */
async function live(audited: Audited, days: number, retentionDays: number) {
  const { start, keeper, clock } = audited;
  const [server, keeping] = [start(), keeper(retentionDays)];
  for (let i = 0; i < days; i += 1) {
    const command = start();
    for (const audit of [server, command, server])
      await audit.record({ type: 'sign_in.failed', origin: { address: '192.0.2.1' } });
    await keeping.round();
    clock.now += day / 3;
    await server.record({ type: 'session.ended' });
    clock.now += day / 3;
    await keeping.round();
    await server.record({ type: 'session.ended' });
    clock.now += day / 3;
  }
  return { keeping };
}

function declare(open: () => Promise<Storage>): void {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());

  it('keeps events for as long as it is told, and the others can still be verified', async () => {
    const audited = openAudited(resources.use(await open()));
    const { storage, clock, lines } = audited;
    const { keeping } = await live(audited, 40, 10);
    await keeping.round();
    const { events, checkpoints } = await audited.read();
    const oldest = Math.min(...events.map(({ at }) => at));
    assert.ok(oldest > clock.now - 12 * day && oldest < clock.now - 9 * day, String(clock.now - oldest));
    assert.ok((checkpoints[0]?.at ?? 0) > clock.now - 12 * day);
    assert.ok(events.some(({ type }) => type === 'audit.removed'));
    for (const beside of [undefined, lines]) assert.deepEqual((await audited.verify(beside)).found, []);
    // What follows the removed part is held by the hash of its end.
    const removed = claimsOf(audited, checkpoints.at(-1)?.jws)?.removedIn;
    const said = checkpoints.find(({ no }) => no === removed);
    const base = claimsOf(audited, said?.jws)?.removed?.upTo[0];
    assert.ok(base);
    await storage.auditEvents.removeUpTo({ chain: base.chain, sequence: base.sequence + 1 });
    const found = (await audited.verify()).found.map(({ kind, sequence }) => [kind, sequence]);
    assert.deepEqual(found, [['event_removed', base.sequence + 1]]);
    await audited.write({ events, checkpoints });
    // The key of nobody goes with its month.
    const keys = await storage.auditKeys.findMany(['nobody 2026-01', 'nobody 2026-02']);
    assert.deepEqual(keys.map(({ id, sealedKey }) => [id, sealedKey !== undefined]).sort(), [
      ['nobody 2026-01', false],
      ['nobody 2026-02', true],
    ]);
  });

  it('holds though retention was broken off after it said what it removes', async () => {
    const audited = openAudited(resources.use(await open()));
    const { clock } = audited;
    await live(audited, 5, 365);
    const before = await audited.read();
    const keeping = audited.keeper(2);
    clock.now += 10 * minute;
    await keeping.round();
    const after = await audited.read();
    assert.ok(after.events.length < before.events.length);
    const news = after.events.filter(({ id }) => !before.events.some((event) => event.id === id));
    const heads = before.checkpoints.map(({ no }) => no);
    await audited.write({
      events: [...before.events, ...news],
      checkpoints: [...before.checkpoints, ...after.checkpoints.filter(({ no }) => !heads.includes(no))],
    });
    assert.deepEqual((await audited.verify(audited.lines)).found, []);
    clock.now += 61 * minute;
    await keeping.round();
    assert.ok((await audited.read()).events.length <= after.events.length + 1);
    assert.deepEqual((await audited.verify(audited.lines)).found, []);
  });

  it('makes a checkpoint where something is new, for all chains, and none where nothing is', async () => {
    const audited = openAudited(resources.use(await open()));
    const { start, keeper, clock, lines } = audited;
    const keeping = keeper();
    const [one, two] = [start(), start()];
    await one.record({ type: 'sign_in.succeeded' });
    await keeping.round();
    clock.now += minute;
    await keeping.round();
    assert.equal(lines.length, 1);
    await two.record({ type: 'sign_in.succeeded' });
    clock.now += minute;
    await keeping.round();
    clock.now += 30 * minute;
    await one.record({ type: 'sign_in.succeeded' });
    await keeping.finish();
    const heads = lines.map((jws) => claimsOf(audited, jws)?.heads.map(({ sequence }) => sequence));
    assert.deepEqual(heads, [[0], [0], [1]]);
    const [first, second] = lines.map((jws) => claimsOf(audited, jws));
    assert.deepEqual([first?.no, first?.previous, second?.no], [1, '', 2]);
    assert.notEqual(first?.heads[0]?.chain, second?.heads[0]?.chain);
  });

  it('says that events happened later than they claim', async () => {
    const audited = openAudited(resources.use(await open()));
    const { start, keeper, clock } = audited;
    const keeping = keeper();
    await start().record({ type: 'sign_in.succeeded' });
    await keeping.round();
    clock.now += 60 * minute;
    await start().record({ type: 'sign_in.succeeded' });
    await keeping.round();
    clock.now -= 30 * minute;
    await start().record({ type: 'sign_in.succeeded', accountId: 'mallory' });
    const { chain = '' } = (await audited.read()).events.find(({ accountId }) => accountId) ?? {};
    clock.now += 31 * minute;
    assert.deepEqual(
      (await audited.verify()).found.map(({ kind }) => kind),
      ['event_unvouched'],
    );
    await audited.storage.auditChains.announce({ id: chain, at: clock.now });
    await keeping.round();
    const { found } = await audited.verify();
    assert.deepEqual(
      found.map(({ kind, checkpoint }) => [kind, checkpoint]),
      [['event_backdated', 3]],
    );
  });

  it('is kept by one instance of many; of checkpoints at the same moment one is made', async () => {
    const audited = openAudited(resources.use(await open()));
    const { start, keeper, clock, lines, storage, secret } = audited;
    const keepers = Array.from({ length: 10 }, () => keeper());
    await start().record({ type: 'sign_in.succeeded' });
    await Promise.all(keepers.map(({ round }) => round()));
    assert.equal(lines.length, 1);
    await start().record({ type: 'sign_in.succeeded' });
    const now = () => clock.now;
    const dependencies = { storage, signer: secret.checkpoints, issuer: 'https://a.example', now };
    const made = await Promise.all(Array.from({ length: 10 }, () => makeCheckpoint(dependencies)));
    assert.equal(made.filter(Boolean).length, 1);
    assert.deepEqual((await audited.verify()).found, []);
  });
}

const options = { role: 'command', schema: 'migrate', waitUntilReady: true } as const;

describe('keeping the audit, on SQLite', () =>
  declare(() => openStorage({ url: 'sqlite::memory:', ...options })));

describe('keeping the audit, on MongoDB', () =>
  withMongo(({ url }) => {
    declare(async () => {
      await using connected = await connect(url);
      await connected.connection.dropDatabase();
      return openStorage({ url, ...options });
    });
  }));

describe('checkpoints', () => {
  it('are JWS that anybody verifies with the public key', async () => {
    await using storage = await openStorage({ url: 'sqlite::memory:', ...options });
    const { start, keeper, lines, secret } = openAudited(storage);
    await start().record({ type: 'sign_in.succeeded' });
    await keeper().round();
    const jwk = checkpointJwk(secret.checkpoints.publicKey);
    const { payload, protectedHeader } = await jwtVerify(lines[0] ?? '', secret.checkpoints.publicKey);
    assert.equal(protectedHeader.kid, jwk.kid);
    assert.equal(payload.no, 1);
    assert.equal(jwk.crv, 'Ed25519');
  });

  it('that cannot be written beside the storage are written with the next one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
    await using storage = await openStorage({ url: 'sqlite::memory:', ...options });
    const audited = openAudited(storage);
    const { start, clock } = audited;
    const file = join(folder, 'away', 'checkpoints');
    const errors: unknown[] = [];
    const keeping = audited.keeper(365, { file, onError: (facts) => errors.push(facts) });
    const audit = start();
    for (const isThere of [false, true]) {
      if (isThere) await mkdir(join(folder, 'away'));
      await audit.record({ type: 'sign_in.succeeded' });
      clock.now += minute;
      await keeping.round();
    }
    assert.equal(errors.length, 1);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    assert.deepEqual(
      lines.map((jws) => claimsOf(audited, jws)?.no),
      [1, 2],
    );
    assert.deepEqual((await audited.verify(lines)).found, []);
    await rm(folder, { recursive: true });
  });
});
