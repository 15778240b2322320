import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { createLog } from '../log.ts';
import { openEvents } from '../testing/audit-events.ts';
import { createAudit } from './audit.ts';
import { verifyChain } from './chain.ts';
import type { Finding } from './changes.ts';
import type { AuditEvent } from './event.ts';

const log = createLog({ level: 'silent', format: 'json' });
const event = { type: 'app.changed', actor: { kind: 'machine' }, appId: 'wiki' } as const;

function open() {
  const events = openEvents();
  const clock = { now: 1000 };
  const start = () => createAudit({ ...events.given, now: () => clock.now, log });
  return { events, clock, start, audit: start() };
}

const told = ({ type, changeId, outcome, reason }: AuditEvent) => ({
  type,
  hasId: changeId !== undefined,
  outcome,
  reason,
});

describe('a change', () => {
  it('is written down before it begins and after it is done, under one id', async () => {
    const { events, audit } = open();
    const result = await audit.change(event, async (note) => {
      assert.deepEqual(events.all().map(told), [
        { type: 'app.changed', hasId: true, outcome: 'intent', reason: undefined },
      ]);
      note({ accountId: 'a1', details: { first: 1 } });
      note({
        details: { second: 2 },
        before: { name: 'Wiki', kind: 'web' },
        after: { name: 'Docs', kind: 'web' },
      });
      return 7;
    });
    assert.equal(result, 7);
    const [intent, outcome] = events.all();
    assert.equal(outcome?.outcome, 'done');
    assert.equal(outcome?.changeId, intent?.changeId);
    assert.equal(outcome?.accountId, 'a1');
    assert.equal(outcome?.appId, 'wiki');
    assert.deepEqual(outcome?.details, { first: 1, second: 2 });
    assert.deepEqual(outcome?.before, { name: 'Wiki' });
    assert.deepEqual(outcome?.after, { name: 'Docs' });
    assert.equal(verifyChain(events.all()).broken, undefined);
    assert.deepEqual(await events.listOpenIntents({ before: 9000, limit: 9 }), []);
  });

  it('is not begun where the storage refuses its intent', async () => {
    const { events, audit } = open();
    events.away = true;
    let began = false;
    const change = audit.change(event, async () => {
      began = true;
    });
    await assert.rejects(change, (error) => error instanceof AppError && error.status === 503);
    assert.equal(began, false);
    events.away = false;
    await audit.change(event, async () => {
      began = true;
    });
    assert.equal(began, true);
  });

  it('that fails is written down with its code, and the caller gets the error', async () => {
    const { events, audit } = open();
    const conflict = new AppError('conflict');
    for (const [error, reason] of [
      [conflict, 'conflict'],
      [new Error('unexpected: secret'), 'internal'],
    ] as const) {
      const change = audit.change(event, async (note) => {
        note({ appId: 'docs' });
        throw error;
      });
      await assert.rejects(change, error);
      const outcome = events.all().at(-1);
      assert.deepEqual([outcome?.outcome, outcome?.reason, outcome?.appId], ['failed', reason, 'docs']);
    }
  });

  it('stands though its outcome cannot be written: it stays open until somebody looks', async () => {
    const { events, audit, clock, start } = open();
    const change = audit.change(event, async () => {
      events.away = true;
      return 'done';
    });
    assert.equal(await change, 'done');
    events.away = false;
    clock.now += 61_000;
    assert.equal(await start().closeOpenIntents(async () => 'done'), 1);
    assert.deepEqual(
      events
        .all()
        .map(({ outcome }) => outcome)
        .filter(Boolean),
      ['intent', 'done'],
    );
  });
});

describe('closing open intents', () => {
  async function broken() {
    const opened = open();
    const never = opened.audit.change(event, () => new Promise(() => {}));
    void never;
    while (opened.events.all().length === 0) await new Promise(setImmediate);
    opened.clock.now += 61_000;
    return opened;
  }

  it('writes down what was found by looking', async () => {
    const findings = [
      ['done', 'done'],
      ['not_done', 'failed'],
      ['unknown', 'unknown'],
    ] as const;
    for (const [finding, expected] of findings) {
      const { events, start } = await broken();
      const seen: AuditEvent[] = [];
      const restarted = start();
      const find = async (intent: AuditEvent): Promise<Finding> => {
        seen.push(intent);
        return finding;
      };
      assert.equal(await restarted.closeOpenIntents(find), 1);
      const [intent, outcome] = events.all();
      assert.deepEqual(seen, [intent]);
      assert.equal(outcome?.changeId, intent?.changeId);
      assert.notEqual(outcome?.chain, intent?.chain);
      assert.deepEqual(
        [outcome?.outcome, outcome?.reason, outcome?.appId, outcome?.type],
        [expected, 'broken_off', 'wiki', 'app.changed'],
      );
      assert.equal(await restarted.closeOpenIntents(find), 0);
    }
  });

  it('leaves alone what goes on here, and what began a moment ago elsewhere', async () => {
    const { audit, clock, start } = await broken();
    const unexpected = () => assert.fail('nothing is to be looked at');
    assert.equal(await audit.closeOpenIntents(unexpected), 0);
    clock.now -= 2_000;
    assert.equal(await start().closeOpenIntents(unexpected), 0);
  });

  it('settles an intent whose outcome is there already, without looking', async () => {
    const { events, start } = await broken();
    const [intent] = events.all() as [AuditEvent];
    await events.insertMany([{ ...intent, id: 'x', sequence: 1, outcome: 'done' }]);
    assert.equal(await start().closeOpenIntents(() => assert.fail('it is known')), 0);
    assert.deepEqual(await events.listOpenIntents({ before: 1e9, limit: 9 }), []);
    assert.equal(events.all().length, 2);
  });

  it('leaves an intent open where the storage is away', async () => {
    const { events, start } = await broken();
    events.away = true;
    assert.equal(await start().closeOpenIntents(async () => 'done'), 0);
    events.away = false;
    assert.equal(await start().closeOpenIntents(async () => 'done'), 1);
  });
});
