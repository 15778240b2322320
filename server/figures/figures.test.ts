import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import {
  accountSample,
  appSample,
  groupSample,
  passkeySample,
} from '../../adapters/storage.contract/samples.ts';
import type { RecordAudit } from '../audit/audit.ts';
import { createLog } from '../log.ts';
import { openFigures } from '../open-figures.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { eventCursor } from '../passkeys/passkey-event.ts';
import type { Account, Passkey, PasskeyEvent } from '../storage.ts';
import { createCounter } from './counter.ts';
import { findFigures, readOverview, type Stretch } from './overview.ts';
import { recount } from './recount.ts';

const log = createLog({ level: 'silent', format: 'json' });
const start = Date.UTC(2026, 10, 30, 13, 20);
const minute = 60_000;
const phone = 'aaaaaaaa-0000-4000-8000-000000000000';
const key = 'bbbbbbbb-0000-4000-8000-000000000000';

/** Figures on a storage, beside a passkey manager that does what a test says. */
async function open() {
  const url = 'sqlite::memory:';
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const clock = { now: start };
  const now = () => clock.now;
  const held: Passkey[] = [];
  const events: PasskeyEvent[] = [];
  const asked = { lists: 0 };
  const manager = {
    async listPasskeys({ userHandle }: { userHandle: string }) {
      asked.lists += 1;
      return { passkeys: held.filter((passkey) => passkey.userHandle === userHandle) };
    },
    async listPasskeyEvents({ after = '', limit }: { after?: string; limit: number }) {
      const found = events.filter(({ id }) => id > after);
      const next = found.length > limit ? found[limit - 1]?.id : undefined;
      return { events: found.slice(0, limit), ...(next !== undefined && { next }) };
    },
  } as unknown as Pick<PasskeyManager, 'listPasskeys' | 'listPasskeyEvents'>;
  const tell = (account: Account, type: PasskeyEvent['type'] = 'passkey_registered') => {
    const [at, userHandle] = [clock.now, String(account.userHandles[0])];
    const id = `${eventCursor(at)}-${String(events.length).padStart(6, '0')}`;
    events.push({ id, at, type, userHandle, expiresAt: at + 1 });
  };
  const instance = () => {
    const figures = openFigures({ storage, log, now });
    const follow = figures.followerOf(manager);
    return { ...figures, follow };
  };
  const overview = async () => readOverview(await findFigures(storage.figures, clock.now), clock.now);
  const addPasskey = (account: Account, fields: Partial<Passkey>) => {
    const passkey = passkeySample({ userHandle: String(account.userHandles[0]), ...fields });
    held.push(passkey);
    tell(account);
    return passkey;
  };
  return { storage, clock, now, held, asked, manager, tell, instance, overview, addPasskey };
}

describe('figures', () => {
  it('count people, groups and apps as they come, change and go', async () => {
    const { storage: raw, instance, overview } = await open();
    const { storage, flush } = instance();
    const [ada, bob] = [accountSample(), accountSample()];
    for (const account of [ada, bob]) await storage.accounts.insert(account);
    await assert.rejects(storage.accounts.insert(ada), { name: 'ConflictError' });
    await storage.apps.insert(appSample());
    await storage.groups.insert(groupSample());
    assert.equal(await storage.accounts.update({ ...bob, status: 'disabled' }, 0), true);
    assert.equal(await storage.accounts.update({ ...bob, status: 'active' }, 0), false);
    assert.deepEqual(await raw.figures.findMany(['people/active']), [], 'nothing is written before a flush');
    await flush();
    const { people, apps, groups } = await overview();
    assert.deepEqual([people.total, people.active, people.disabled, apps, groups], [2, 1, 1, 1, 1]);
    assert.equal(await storage.accounts.remove(bob.id), true);
    assert.equal(await storage.accounts.remove(bob.id), false);
    await flush();
    assert.deepEqual((await overview()).people.total, 1);
  });

  it('follow passkeys by what people hold, however often an instance hears of it', async () => {
    const { clock, instance, overview, addPasskey, held, tell } = await open();
    const [one, other] = [instance(), instance()];
    const [ada, bob] = [accountSample(), accountSample()];
    for (const account of [ada, bob]) await one.storage.accounts.insert(account);
    await one.flush();
    await one.follow();
    addPasskey(ada, { aaguid: phone, backupEligible: true });
    addPasskey(ada, { aaguid: key, backupEligible: false });
    const imported = addPasskey(bob, { aaguid: key });
    clock.now += 5000;
    for (const { follow } of [one, other, one]) await follow();
    const { people, passkeys, models } = await overview();
    assert.deepEqual([people.withPasskey.count, people.withTwoPasskeys.count], [2, 1]);
    assert.deepEqual([passkeys.deviceBound.count, passkeys.synced.count, passkeys.unknown.count], [1, 1, 1]);
    assert.deepEqual(
      models.map(({ aaguid, count }) => [aaguid, count]),
      [
        [key, 2],
        [phone, 1],
      ],
    );
    imported.status = 'suspended';
    tell(bob, 'passkey_suspended');
    held.splice(0, 1);
    tell(ada, 'passkey_removed');
    clock.now += 5000;
    for (const { follow } of [other, one, instance()]) await follow();
    const after = await overview();
    assert.deepEqual([after.people.withPasskey.count, after.people.withTwoPasskeys.count], [1, 0]);
    assert.deepEqual(after.models, [{ aaguid: key, count: 1, share: 1 }]);
    await one.storage.accounts.remove(ada.id);
    await one.flush();
    assert.deepEqual((await overview()).passkeys.total, 0);
  });

  it('ask the passkey manager for nobody whose passkeys did not change', async () => {
    const { clock, instance, addPasskey, asked } = await open();
    const { storage, follow } = instance();
    const ada = accountSample();
    await storage.accounts.insert(ada);
    await follow();
    addPasskey(ada, {});
    await follow();
    const before = asked.lists;
    for (let round = 0; round < 30; round++) {
      clock.now += 5000;
      await follow();
    }
    assert.equal(asked.lists, before);
  });

  it('count everything that was there before anybody counted', async () => {
    const { storage, instance, overview, addPasskey } = await open();
    const ada = accountSample();
    for (const account of [ada, accountSample({ status: 'disabled' })])
      await storage.accounts.insert(account);
    await storage.apps.insert(appSample());
    addPasskey(ada, { backupEligible: true });
    await Promise.all([instance().follow(), instance().follow()]);
    const { people, passkeys, apps } = await overview();
    assert.deepEqual([people.active, people.disabled, people.withPasskey.count, apps], [1, 1, 1, 1]);
    assert.equal(people.withPasskey.share, 0.5);
    assert.equal(passkeys.synced.count, 1);
  });

  it('are mended by a recount, which keeps what is counted meanwhile', async () => {
    const { storage, instance, manager, overview, addPasskey } = await open();
    const { storage: counted, flush, follow } = instance();
    const ada = accountSample();
    await storage.accounts.insert(ada);
    addPasskey(ada, { aaguid: phone });
    await follow();
    await storage.figures.add([
      { id: 'people/active', value: 7 },
      { id: 'models/gone', value: 3 },
      { id: 'groups', value: -2 },
    ]);
    const progress: number[] = [];
    const mended = await recount({ storage, manager, onProgress: (done) => progress.push(done) });
    assert.deepEqual(
      mended.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      [
        { id: 'groups', value: 2 },
        { id: 'models/gone', value: -3 },
        { id: 'people/active', value: -7 },
      ],
    );
    assert.deepEqual(progress, [1]);
    await counted.accounts.insert(accountSample());
    await flush();
    assert.deepEqual(await recount({ storage, manager }), []);
    const { people, models } = await overview();
    assert.deepEqual([people.total, models.length], [2, 1]);
  });

  it('count sign-ins and failures by the hour and by the day', async () => {
    const { clock, instance, overview } = await open();
    const { counting, countSession, flush } = instance();
    const written: RecordAudit = async () => true;
    const { record } = counting({ record: written });
    const many = async (type: 'sign_in.succeeded' | 'sign_in.failed', times: number) => {
      for (let i = 0; i < times; i++) await record({ type });
    };
    await many('sign_in.succeeded', 3);
    clock.now += 45 * minute;
    await many('sign_in.failed', 2);
    countSession();
    await record({ type: 'consent.given' });
    await flush();
    const { hours, days } = await overview();
    const [before, last] = hours.slice(-2);
    const counts = (stretch?: Stretch) => [stretch?.signIns, stretch?.failures, stretch?.sessions];
    assert.deepEqual(
      [counts(before), counts(last)],
      [
        [3, 0, 0],
        [0, 2, 1],
      ],
    );
    assert.deepEqual(counts(days.at(-1)), [3, 2, 1]);
    assert.deepEqual([hours.length, days.length], [24, 30]);
    assert.equal(last?.at, Date.UTC(2026, 10, 30, 14));
    assert.equal(days[0]?.at, Date.UTC(2026, 10, 1));
    clock.now += 40 * 24 * 60 * minute;
    assert.ok((await overview()).days.every((stretch) => counts(stretch).every((count) => count === 0)));
  });

  it('are kept by an instance whose storage fails, and written later, once', async () => {
    const written = new Map<string, number>();
    let isDown = true;
    const counter = createCounter({
      figures: {
        async add(figures) {
          if (isDown) throw new Error('down');
          for (const { id, value } of figures) written.set(id, (written.get(id) ?? 0) + value);
        },
      },
      log,
    });
    counter.count({ id: 'a', value: 1 }, { id: 'b', value: 2 });
    await counter.flush();
    counter.count({ id: 'a', value: 1 });
    isDown = false;
    await Promise.all([counter.flush(), counter.flush()]);
    assert.deepEqual([...written].sort(), [
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('are nothing at all of an installation in which nothing happened', () => {
    const { people, passkeys, models, hours } = readOverview([{ id: 'people/active', value: -3 }], start);
    assert.deepEqual([people.total, people.withPasskey.share, passkeys.total, models], [0, 0, 0, []]);
    assert.equal(hours.length, 24);
  });
});
