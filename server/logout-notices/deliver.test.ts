import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { logoutNoticeSample } from '../../adapters/storage.contract/samples.ts';
import type { App } from '../apps/app.ts';
import type { NewAuditEvent } from '../audit/audit.ts';
import { createLog } from '../log.ts';
import type { LogoutNotice } from '../storage.ts';
import { createDeliverer } from './deliver.ts';
import type { Outcome } from './send.ts';

const minute = 60_000;
const refused: Outcome = { delivered: false, failure: 'it answered 500', isFinal: false };
const [dead, alive] = ['dead', 'zealous'];

/** Servers on one storage, apps that answer as a test says, and a clock that it moves. */
async function openDelivery(url = 'sqlite::memory:') {
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const clock = { now: Date.now() };
  const sent: { appId: string; id: string; at: number }[] = [];
  const audited: NewAuditEvent[] = [];
  const results: string[] = [];
  const apps = { answer: async (_appId: string): Promise<Outcome> => ({ delivered: true }) };
  const uriOf = (id: string) => ({ id, backchannelLogoutUri: `https://${id}.example/` }) as App;
  const server = (own: Partial<Parameters<typeof createDeliverer>[0]> = {}) =>
    createDeliverer({
      repository: storage.logoutNotices,
      findApp: async (id) => uriOf(id),
      tokenOf: async ({ id }) => id,
      findAccountId: async (sub) => (sub === 'gone' ? undefined : `account of ${sub}`),
      async send({ uri }, id) {
        const appId = new URL(uri).hostname.replace('.example', '');
        sent.push({ appId, id, at: clock.now });
        return apps.answer(appId);
      },
      async record(event) {
        audited.push(event);
        return true;
      },
      onResult: (result) => results.push(result),
      log: createLog({ level: 'silent', format: 'json' }),
      now: () => clock.now,
      ...own,
    });
  const add = async (fields: Partial<LogoutNotice> = {}) => {
    const { now: at } = clock;
    const notice = logoutNoticeSample({ appId: alive, nextAttemptAt: at, createdAt: at, ...fields });
    await storage.logoutNotices.insert({ ...notice, expiresAt: at + 30 * 24 * 60 * minute });
    return notice;
  };
  const stored = (appId: string, state: LogoutNotice['state']) =>
    storage.logoutNotices.list({ state, appId, until: Number.MAX_SAFE_INTEGER, limit: 1000 });
  return { storage, clock, sent, audited, results, apps, server, add, stored };
}

/** Rounds, until nothing is due. */
async function finish(server: ReturnType<typeof createDeliverer>): Promise<void> {
  await server.round();
  await server.idle();
}

function deliveryContract(url: string): void {
  it('F18 delivers each of 60 notices once, with three servers at it', async () => {
    const { storage, server, add, sent, stored } = await openDelivery(url);
    const appId = `app-${Date.now()}`;
    await Promise.all(Array.from({ length: 60 }, () => add({ appId })));
    const servers = [server(), server(), server()];
    for (let round = 0; (await stored(appId, 'pending')).length > 0; round += 1) {
      assert.ok(round < 60);
      await Promise.all(servers.map(finish));
    }
    assert.equal(sent.length, 60);
    assert.equal(new Set(sent.map(({ id }) => id)).size, 60);
    assert.equal((await stored(appId, 'delivered')).length, 60);
    await storage[Symbol.asyncDispose]();
  });

  it('F18 delivers later what a server had in hand when it died, and by one of the others', async () => {
    const { storage, clock, server, add, sent, stored } = await openDelivery(url);
    const appId = `crash-${Date.now()}`;
    const notice = await add({ appId });
    const dying = server({ send: () => new Promise(() => {}) });
    await dying.round();
    while ((await stored(appId, 'pending'))[0]?.attempts !== 1) await delay(5);
    const others = [server(), server()];
    clock.now += 29_000;
    await Promise.all(others.map(finish));
    assert.equal(sent.length, 0, 'it may still be at it');
    clock.now += 2_000;
    await Promise.all(others.map(finish));
    assert.deepEqual(
      sent.map(({ id }) => id),
      [notice.id],
    );
    await storage[Symbol.asyncDispose]();
  });
}

describe('the delivery of logout notices, on SQLite', () => deliveryContract('sqlite::memory:'));
describe('the delivery of logout notices, on MongoDB', () => withMongo(({ url }) => deliveryContract(url)));

describe('the delivery of logout notices', () => {
  it('O28 tries six times within about an hour, then gives up and says so', async () => {
    const { clock, server, add, sent, audited, results, apps, stored } = await openDelivery();
    const began = clock.now;
    const { id, sub } = await add();
    apps.answer = async () => refused;
    const one = server();
    for (; clock.now < began + 3 * 60 * minute; clock.now += 5_000) await finish(one);
    assert.equal(sent.length, 6);
    const times = sent.map(({ at }) => at - began);
    assert.equal(times[0], 0);
    assert.ok((times[5] ?? 0) > 45 * minute && (times[5] ?? 0) < 80 * minute, String(times));
    assert.deepEqual(results, [...Array.from({ length: 5 }, () => 'failed'), 'given_up']);
    const [failed] = await stored(alive, 'failed');
    assert.deepEqual([failed?.id, failed?.lastFailure], [id, 'it answered 500']);
    assert.deepEqual(audited, [
      {
        type: 'logout_notice.given_up',
        appId: alive,
        accountId: `account of ${sub}`,
        reason: 'it answered 500',
        origin: {},
        details: { notice: id, sub, attempts: 6 },
      },
    ]);
  });

  it('O28 does not come back to all that failed at the same moment', async () => {
    const { server, add, apps, stored } = await openDelivery();
    apps.answer = async () => refused;
    for (let i = 0; i < 20; i += 1) await add({ appId: `app-${i}` });
    const one = server();
    for (let round = 0; round < 5; round += 1) await finish(one);
    const due = await Promise.all(Array.from({ length: 20 }, (_, i) => stored(`app-${i}`, 'pending')));
    assert.ok(new Set(due.flat().map(({ nextAttemptAt }) => nextAttemptAt)).size > 10);
  });

  it('takes 400 for final, and an app that is gone', async () => {
    const { server, add, apps, sent, stored } = await openDelivery();
    await add();
    apps.answer = async () => ({ ...refused, isFinal: true });
    await finish(server());
    await add({ appId: dead });
    await finish(server({ findApp: async () => undefined }));
    assert.equal(sent.length, 1);
    assert.equal((await stored(alive, 'failed')).length, 1);
    assert.match((await stored(dead, 'failed'))[0]?.lastFailure ?? '', /the app is gone/);
  });

  it('O28 an app that hangs has two places at most, and holds up no other', async () => {
    const { server, add, apps, sent } = await openDelivery();
    const hanging = Promise.withResolvers<Outcome>();
    apps.answer = (appId) => (appId === dead ? hanging.promise : Promise.resolve({ delivered: true }));
    for (let i = 0; i < 30; i += 1) await add({ appId: dead });
    for (let i = 0; i < 30; i += 1) await add();
    const one = server();
    for (let round = 0; round < 5; round += 1) {
      await one.round();
      await delay(50);
    }
    const to = (app: string) => sent.filter(({ appId }) => appId === app).length;
    assert.equal(to(dead), 2);
    assert.equal(to(alive), 30);
    hanging.resolve(refused);
    await one.idle();
    assert.equal(to(dead), 2, 'it is left alone until the next round');
  });

  it('O28 many apps that hang leave a place to others in turn, and never more than 16 are asked at once', async () => {
    const { clock, server, add, apps, sent } = await openDelivery();
    let asked = 0;
    let most = 0;
    apps.answer = async (appId) => {
      asked += 1;
      most = Math.max(most, asked);
      await delay(20);
      asked -= 1;
      return appId === alive ? { delivered: true } : refused;
    };
    for (let app = 0; app < 40; app += 1)
      for (let i = 0; i < 3; i += 1) await add({ appId: `${dead}-${app}` });
    await add();
    const one = server();
    for (let round = 0; round < 8; round += 1) {
      await finish(one);
      clock.now += 1000;
    }
    assert.equal(most, 16);
    assert.ok(sent.some(({ appId }) => appId === alive));
  });

  it('says where a refusal may mean that the app took it before, and its answer was lost', async () => {
    const { clock, server, add, apps, stored } = await openDelivery();
    await add({ sub: 'gone' });
    const one = server();
    apps.answer = async () => ({ ...refused, failure: 'it did not answer within 5 seconds' });
    await finish(one);
    apps.answer = async () => ({ delivered: false, failure: 'the app refused it (400)', isFinal: true });
    clock.now += minute;
    await finish(one);
    const [failed] = await stored(alive, 'failed');
    assert.equal(failed?.lastFailure, 'the app refused it (400); it may have taken it before');
  });

  it('begins at once with what has just ended, though others may wait for its end', async () => {
    const { clock, server, add, sent } = await openDelivery();
    const notice = await add({ nextAttemptAt: clock.now + 2000 });
    const [one, other] = [server(), server()];
    await finish(other);
    assert.equal(sent.length, 0);
    one.deliver([notice]);
    await one.idle();
    assert.equal(sent.length, 1);
  });

  it('makes an attempt of a token that cannot be made', async () => {
    const { server, add, sent, stored } = await openDelivery();
    await add();
    const tokenOf = () => Promise.reject(new Error('no key fits'));
    await finish(server({ tokenOf }));
    assert.equal(sent.length, 0);
    assert.match((await stored(alive, 'pending'))[0]?.lastFailure ?? '', /no key fits/);
  });
});
