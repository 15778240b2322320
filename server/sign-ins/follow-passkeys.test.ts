import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../accounts/account.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import { eventCursor, type PasskeyEvent } from '../passkeys/passkey-event.ts';
import { addApp, assertRefused } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signInElsewhere } from '../testing/sign-out.ts';
import { createPasskeyFollower } from './follow-passkeys.ts';
import { createPasskeyNews } from './passkey-news.ts';

const start = 1_800_000_000_000;
const day = 24 * 60 * 60 * 1000;

/** A passkey manager's list of events that a test writes, and what was ended. */
function followed({ passkeys = [] as Pick<PasskeyFacts, 'id' | 'status'>[], lookBack = 14 * day } = {}) {
  const events: Omit<PasskeyEvent, 'expiresAt'>[] = [];
  const ended: [string, number | undefined][] = [];
  const clock = { now: start };
  const news = createPasskeyNews(() => clock.now);
  const tell = (type: PasskeyEvent['type'], at: number, passkeyId?: string) =>
    void events.push({
      id: `${eventCursor(at)}-${events.length}`,
      at,
      type,
      userHandle: 'handle',
      ...(passkeyId === undefined ? {} : { passkeyId }),
    });
  const failing = { next: false, always: '' };
  const asked: string[] = [];
  const follow = createPasskeyFollower({
    manager: {
      async listPasskeyEvents({ after = '', limit }) {
        asked.push(after);
        const rest = events.toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > after);
        const next = rest.length > limit ? rest[limit - 1]?.id : undefined;
        return { events: rest.slice(0, limit), ...(next === undefined ? {} : { next }) };
      },
      listPasskeys: async () => ({ passkeys: passkeys as PasskeyFacts[] }),
    },
    accounts: { findByUserHandle: async () => ({ sub: 'sub', userHandles: ['handle'] }) as Account },
    sessions: {
      async endMadeBy(_sub, passkeyId, until) {
        if (failing.always === passkeyId) throw new Error('damaged');
        if (failing.next) {
          failing.next = false;
          throw new Error('the storage is away');
        }
        ended.push([passkeyId, until]);
      },
      madeByPasskey: async () =>
        new Map([
          ['gone', { sessions: [], grants: [], interactions: [] }],
          ['there', { sessions: [], grants: [], interactions: [] }],
        ]),
    },
    news,
    lookBack,
    now: () => clock.now,
  });
  return { tell, follow, ended, news, clock, passkeys, failing, events, asked };
}

describe('following the passkey manager', () => {
  it('ends what a suspended or removed passkey made, each once', async () => {
    const { tell, follow, ended, news } = followed();
    tell('passkey_registered', start, 'a');
    tell('passkey_suspended', start + 1, 'a');
    tell('passkey_removed', start + 2, 'b');
    await follow();
    assert.equal(news.isQuiet('handle'), false);
    assert.equal(news.isQuiet('another'), true);
    await follow();
    tell('passkey_removed', start + 3, 'c');
    await follow();
    assert.deepEqual(ended, [
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
    ]);
  });

  it('leaves what a passkey made that is active again, apart from what came before', async () => {
    const { tell, follow, ended } = followed({ passkeys: [{ id: 'a', status: 'active' }] });
    tell('passkey_suspended', start + 1, 'a');
    tell('passkey_activated', start + 2, 'a');
    await follow();
    assert.deepEqual(ended, [['a', start + 1]]);
  });

  it('ends what the passkeys of a removed handle made, and no other', async () => {
    const { tell, follow, ended } = followed({ passkeys: [{ id: 'there', status: 'active' }] });
    tell('handle_removed', start);
    await follow();
    assert.deepEqual(ended, [['gone', undefined]]);
  });

  it('looks back at its start as far as anything lives, and through as many as there are', async () => {
    const { tell, follow, ended } = followed();
    tell('passkey_removed', start - 14 * day - 1, 'old');
    tell('passkey_removed', start - 13 * day, 'p450');
    for (let i = 0; i < 450; i += 1) tell('passkey_removed', start - i, `p${i}`);
    await follow();
    assert.equal(ended.length, 451);
    assert.ok(!ended.some(([id]) => id === 'old'));
  });

  it('looks back no further than events are kept', async () => {
    const { follow, asked } = followed({ lookBack: 400 * day });
    await follow();
    assert.deepEqual(asked, [eventCursor(start - 30 * day)]);
  });

  it('misses nothing after an event from the future', async () => {
    const { tell, follow, ended, clock, asked } = followed();
    tell('passkey_registered', start + day, 'ahead');
    await follow();
    clock.now += 90_000;
    tell('passkey_removed', clock.now, 'victim');
    for (let round = 0; round < 3; round += 1) await follow();
    assert.deepEqual(ended, [['victim', undefined]]);
    assert.equal(asked.at(-1), eventCursor(clock.now - 60_000));
  });

  it('misses nothing of a process whose clock is half a minute behind', async () => {
    const { tell, follow, ended } = followed();
    tell('passkey_registered', start, 'a');
    await follow();
    tell('passkey_removed', start - 31_000, 'late');
    await follow();
    assert.deepEqual(ended, [['late', undefined]]);
  });

  it('misses nothing of another process after the clock was put back', async () => {
    const { tell, follow, ended, clock, news } = followed();
    tell('passkey_removed', start, 'before');
    await follow();
    clock.now -= 2 * 60 * 60_000;
    tell('passkey_blocked', clock.now, 'victim');
    for (let round = 0; round < 3; round += 1) {
      clock.now += 1000;
      await follow();
    }
    assert.deepEqual(
      ended.map(([id]) => id),
      ['before', 'victim'],
    );
    assert.equal(news.isQuiet('handle'), false);
  });

  it('goes on after an event that has no time', async () => {
    const { tell, follow, ended, events, clock } = followed();
    events.push({ id: `${eventCursor(start)}-x`, type: 'passkey_registered', userHandle: 'h' } as never);
    await follow();
    clock.now += 90_000;
    tell('passkey_removed', clock.now, 'victim');
    await follow();
    assert.deepEqual(ended, [['victim', undefined]]);
  });

  it('goes on after an event that always fails, which is tried again and told', async () => {
    const { tell, follow, ended, failing, clock } = followed();
    failing.always = 'bad';
    tell('passkey_removed', start, 'bad');
    tell('passkey_removed', start + 1, 'victim');
    await assert.rejects(follow(), /damaged/);
    assert.deepEqual(ended, [['victim', undefined]]);
    clock.now += 10 * 60_000;
    tell('passkey_removed', clock.now, 'later');
    await assert.rejects(follow(), /damaged/);
    failing.always = '';
    await follow();
    assert.deepEqual(
      ended.map(([id]) => id),
      ['victim', 'later', 'bad'],
    );
  });

  it('ends each round, also where the list goes on without an end', async () => {
    let pages = 0;
    const news = createPasskeyNews(() => start);
    const follow = createPasskeyFollower({
      manager: {
        async listPasskeyEvents() {
          pages += 1;
          return { events: [], next: `${eventCursor(start + pages)}` };
        },
        listPasskeys: async () => ({ passkeys: [] }),
      },
      accounts: { findByUserHandle: async () => undefined },
      sessions: { endMadeBy: async () => {}, madeByPasskey: async () => new Map() },
      news,
      lookBack: day,
      now: () => start,
    });
    await follow();
    await follow();
    assert.equal(pages, 100);
    assert.equal(news.isQuiet('handle'), false, 'not all was heard');
  });

  it('sees an event that another process wrote late, and tries one again that failed', async () => {
    const { tell, follow, ended, failing } = followed();
    tell('passkey_removed', start + 20_000, 'a');
    await follow();
    tell('passkey_removed', start, 'late');
    failing.next = true;
    await assert.rejects(follow());
    await follow();
    assert.deepEqual(
      ended.map(([id]) => id),
      ['a', 'late'],
    );
  });
});

onEveryStorage('a passkey that is suspended elsewhere', (begin) => {
  let installation: TestInstallation;

  it('ends what it signed in to within 3 s, and what it signs in to later stays', async () => {
    installation = await begin();
    await setUp(installation);
    const person = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const app = await addApp(installation, { consent: 'implicit' });
    const { refresh_token: token } = await app.tokens(person, { scope: 'openid offline_access' });
    const { passkeys, passkeyEvents, accounts } = installation.storage;
    const passkeyId = person.authenticator.credentials[0]?.id ?? '';
    const passkey = (await passkeys.findById(passkeyId)) ?? assert.fail();
    await passkeys.update({ ...passkey, status: 'suspended' }, passkey.revision);
    const at = Date.now();
    const event = { at, userHandle: passkey.userHandle, passkeyId, expiresAt: at + 60_000 };
    await passkeyEvents.insert({ id: `${eventCursor(at)}-a`, type: 'passkey_suspended', ...event });
    const until = Date.now() + 3000;
    while ((await person.get('/account')).status !== 303 && Date.now() < until) await delay(50);
    assert.equal((await person.get('/account')).status, 303);
    if (token) assertRefused(await app.refresh(token), 'invalid_grant');
    const suspended = (await passkeys.findById(passkeyId)) ?? assert.fail();
    await passkeys.update({ ...suspended, status: 'active' }, suspended.revision);
    const again = await signInElsewhere(installation, person);
    await delay(1500);
    assert.equal((await again.get('/account')).status, 200);
    assert.ok(await accounts.findByUserHandle(passkey.userHandle));
  });
});
