import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { minute, openAudited, type Stored } from '../testing/audited.ts';
import { hashEvent } from './chain.ts';
import { readCheckpoint, signCheckpoint } from './checkpoint-jws.ts';
import type { AuditEvent } from './event.ts';

type Tamper = (stored: Stored) => Stored;

/** Two processes that write, with a checkpoint after each of three rounds, and one event that no checkpoint saw yet. */
async function honest(storage: Storage) {
  const audited = openAudited(storage);
  const { start, keeper, clock } = audited;
  const [one, other, keeping] = [start(), start(), keeper()];
  for (let round = 0; round < 3; round += 1) {
    for (const audit of [one, other])
      for (let i = 0; i < 4; i += 1)
        await audit.record({ type: 'sign_in.succeeded', accountId: `a${i}`, details: { round } });
    clock.now += 20 * minute;
    await keeping.round();
  }
  clock.now += minute;
  await one.record({ type: 'sign_in.failed', reason: 'late' });
  const stored = await audited.read();
  const chain = stored.events.find(({ reason }) => reason === 'late')?.chain ?? '';
  return { audited, stored, chain };
}

const at = (events: readonly AuditEvent[], chain: string, sequence: number) =>
  events.findIndex((event) => event.chain === chain && event.sequence === sequence);

/** Gives a chain its hashes anew from an event on: whoever has the storage can. */
function rehash(events: readonly AuditEvent[], chain: string): AuditEvent[] {
  let previousHash = '';
  return events.map((event) => {
    if (event.chain !== chain) return event;
    const { hash, ...content } = { ...event, previousHash };
    previousHash = hashEvent(content);
    return { ...content, hash: previousHash };
  });
}

const onEvents =
  (tamper: (events: AuditEvent[]) => AuditEvent[]): Tamper =>
  ({ events, checkpoints }) => ({ events: tamper(structuredClone(events)), checkpoints });

function tamperings(chain: string): Record<string, { tamper: Tamper; kinds: string[]; beside?: true }> {
  const change = (events: AuditEvent[], sequence: number, fields: Partial<AuditEvent>) =>
    events.with(at(events, chain, sequence), {
      ...(events[at(events, chain, sequence)] as AuditEvent),
      ...fields,
    });
  const without = (events: AuditEvent[], from: number, to = from) =>
    events.filter((event) => !(event.chain === chain && event.sequence >= from && event.sequence <= to));
  return {
    'a changed event': {
      tamper: onEvents((events) => change(events, 2, { accountId: 'mallory' })),
      kinds: ['event_changed'],
    },
    'a changed event with the whole chain hashed anew': {
      tamper: onEvents((events) => rehash(change(events, 2, { accountId: 'mallory' }), chain)),
      kinds: ['event_changed', 'event_changed', 'event_changed'],
    },
    'an event that was removed': {
      tamper: onEvents((events) => without(events, 5)),
      kinds: ['event_removed'],
    },
    'an event that was removed with the chain numbered and hashed anew': {
      tamper: onEvents((events) =>
        rehash(
          without(events, 5).map((event) =>
            event.chain === chain && event.sequence > 5 ? { ...event, sequence: event.sequence - 1 } : event,
          ),
          chain,
        ),
      ),
      kinds: ['event_changed', 'event_changed'],
    },
    'two events in each other’s place': {
      tamper: onEvents((events) => {
        const [a, b] = [at(events, chain, 5), at(events, chain, 6)];
        const [first, second] = [events[a], events[b]] as [AuditEvent, AuditEvent];
        return events.with(a, { ...second, sequence: 5 }).with(b, { ...first, sequence: 6 });
      }),
      kinds: ['event_changed', 'event_changed', 'event_changed'],
    },
    'a beginning that was removed': {
      tamper: onEvents((events) => without(events, 0, 3)),
      kinds: ['event_removed'],
    },
    'an end that was removed': {
      tamper: onEvents((events) => without(events, 10, 99)),
      kinds: ['tail_removed'],
    },
    'a whole chain that was removed': {
      tamper: onEvents((events) => without(events, 0, 99)),
      kinds: ['chain_removed'],
    },
    'a chain of invented events that say they happened earlier': {
      tamper: onEvents((events) => {
        const invented = events
          .filter((event) => event.chain === chain && event.sequence < 2)
          .map((event) => ({ ...event, id: `x${event.sequence}`, chain: 'invented', accountId: 'mallory' }));
        return [...events, ...rehash(invented, 'invented')];
      }),
      kinds: ['event_unvouched', 'event_unvouched'],
    },
    'a checkpoint that another key signed': {
      tamper: ({ events, checkpoints }) => {
        const [first, ...rest] = checkpoints as [Stored['checkpoints'][0], ...Stored['checkpoints']];
        const [, payload = ''] = first.jws.split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        const jws = signCheckpoint(claims, createSecret(generateRoot()).checkpoints);
        return { events, checkpoints: [{ ...first, jws }, ...rest] };
      },
      kinds: ['checkpoint_forged', 'checkpoint_removed'],
    },
    'a checkpoint with another text under its signature': {
      tamper: ({ events, checkpoints }) => {
        const last = checkpoints.at(-1) as Stored['checkpoints'][0];
        const [header, payload = '', signature] = last.jws.split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        const changed = Buffer.from(JSON.stringify({ ...claims, heads: [] })).toString('base64url');
        const jws = `${header}.${changed}.${signature}`;
        return { events, checkpoints: [...checkpoints.slice(0, -1), { ...last, jws }] };
      },
      kinds: ['checkpoint_forged'],
    },
    'a checkpoint that was removed from among the others': {
      tamper: ({ events, checkpoints }) => ({ events, checkpoints: checkpoints.toSpliced(1, 1) }),
      kinds: ['checkpoint_removed'],
    },
    'the last checkpoint and all that it saw, by what stands beside': {
      tamper: ({ events, checkpoints }) => ({
        events: without(events, 8, 99),
        checkpoints: checkpoints.slice(0, -1),
      }),
      kinds: ['checkpoint_removed', 'tail_removed'],
      beside: true,
    },
    'everything, by what stands beside': {
      tamper: () => ({ events: [], checkpoints: [] }),
      kinds: [...Array(3).fill('checkpoint_removed'), 'chain_removed', 'chain_removed'],
      beside: true,
    },
  };
}

function declare(open: () => Promise<Storage>): void {
  const resources = new AsyncDisposableStack();
  let made: Awaited<ReturnType<typeof honest>>;
  before(async () => {
    made = await honest(resources.use(await open()));
  });
  after(() => resources.disposeAsync());

  it('holds as it was written, by itself and by what stands beside', async () => {
    const { audited } = made;
    const logged = audited.lines.map((checkpoint) => JSON.stringify({ msg: 'audit checkpoint', checkpoint }));
    for (const beside of [undefined, audited.lines, ['no JSON', '{}', ...logged]]) {
      const { found, events, chains, checkpoints } = await audited.verify(beside);
      assert.deepEqual(found, []);
      assert.deepEqual([events, chains, checkpoints], [25, 2, 3]);
    }
  });

  it('finds whatever was done to it', async () => {
    const { audited, stored, chain } = made;
    for (const [name, { tamper, kinds, beside }] of Object.entries(tamperings(chain))) {
      await audited.write(tamper(stored));
      const { found, problems } = await audited.verify(beside && audited.lines);
      assert.deepEqual(found.map(({ kind }) => kind).sort(), kinds.sort(), name);
      assert.equal(problems, kinds.length);
    }
    await audited.write(stored);
    assert.deepEqual((await audited.verify(audited.lines)).found, []);
  });

  it('finds what was forged beside it', async () => {
    const { audited } = made;
    const { lines, secret } = audited;
    const claims = readCheckpoint(lines[0] ?? '', secret.checkpoints.publicKeys);
    assert.ok(claims);
    const forged = signCheckpoint(claims, createSecret(generateRoot()).checkpoints);
    const kinds = async (beside: string[]) =>
      (await audited.verify(beside)).found.map(({ kind, line }) => [kind, line]);
    assert.deepEqual(await kinds([...lines, forged]), [['checkpoint_forged', 4]]);
    const other = signCheckpoint({ ...claims, at: claims.at + 1 }, secret.checkpoints);
    assert.deepEqual(await kinds([other]), [['checkpoint_changed', 1]]);
  });
}

describe('the audit, on SQLite', () =>
  declare(() =>
    openStorage({ url: 'sqlite::memory:', role: 'command', schema: 'migrate', waitUntilReady: true }),
  ));

describe('the audit, on MongoDB', () =>
  withMongo(({ url }) =>
    declare(() => openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true })),
  ));
