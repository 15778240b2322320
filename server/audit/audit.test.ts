import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLog } from '../log.ts';
import { openEvents } from '../testing/audit-events.ts';
import { createAudit } from './audit.ts';
import { chainStart, verifyChain } from './chain.ts';
import type { AuditEvent } from './event.ts';

const log = createLog({ level: 'silent', format: 'json' });

async function recordSome(count: number) {
  const events = openEvents();
  const audit = createAudit({ ...events.given, now: () => 1000, log });
  for (let i = 0; i < count; i += 1) audit.record({ type: 'sign_in.succeeded', accountId: `a${i}` });
  await audit.flush();
  return { events, audit };
}

describe('audit', () => {
  it('stores the events of one turn of the event loop in one batch, in order', async () => {
    const { events } = await recordSome(20);
    assert.equal(events.batches.length, 1);
    assert.deepEqual(
      events.all().map(({ sequence, accountId }) => [sequence, accountId]),
      Array.from({ length: 20 }, (_, i) => [i, `a${i}`]),
    );
  });

  it('stores what nobody waits for together with what comes soon, and at once where somebody is in a hurry', async () => {
    const events = openEvents();
    const audit = createAudit({ ...events.given, now: () => 1, log });
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
    for (let i = 0; i < 3; i += 1) {
      void audit.record({ type: 'token.issued' });
      await pause();
    }
    assert.equal(events.batches.length, 0);
    assert.equal(await audit.record({ type: 'app.added' }), true);
    assert.deepEqual(
      events.batches.map((batch) => batch.length),
      [4],
    );
    assert.equal(await audit.record({ type: 'token.issued' }), true);
    assert.equal(verifyChain(events.all()).broken, undefined);
  });

  it('goes on with the chain over batches that overlap in time', async () => {
    const { events, audit } = await recordSome(3);
    const early = audit.record({ type: 'app.added', appId: 'one' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await Promise.all([early, audit.record({ type: 'app.removed', appId: 'one' })]), [
      true,
      true,
    ]);
    assert.deepEqual(verifyChain(events.all()).broken, undefined);
    assert.equal(events.all().length, 5);
  });

  it('waits for the storage where the caller does', async () => {
    const events = openEvents();
    const audit = createAudit({ ...events.given, now: Date.now, log });
    assert.equal(await audit.record({ type: 'link.created' }), true);
    assert.equal(events.all().length, 1);
  });

  it('survives a storage that is away, counts what was lost and says so in a new chain', async () => {
    const { events, audit } = await recordSome(2);
    let lost = 0;
    const counted = createAudit({ ...events.given, now: () => 1, log, onLost: (count) => (lost += count) });
    events.away = true;
    assert.equal(await counted.record({ type: 'sign_in.failed' }), false);
    assert.equal(await counted.record({ type: 'sign_in.failed' }), false);
    events.away = false;
    assert.equal(await counted.record({ type: 'sign_in.succeeded' }), true);
    assert.equal(lost, 2);
    const [first, second] = events.batches.at(-1) ?? [];
    assert.equal(first?.type, 'audit.interrupted');
    assert.deepEqual(first?.details, { lost: 2 });
    assert.equal(second?.type, 'sign_in.succeeded');
    assert.equal(verifyChain(events.batches.at(-1) ?? []).broken, undefined);
    await audit.flush();
  });
});

describe('verifyChain', () => {
  it('holds for what was stored, in parts too, whatever the order of keys', async () => {
    const { events } = await recordSome(6);
    const all = events.all();
    const shuffled = all.map(
      (event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as AuditEvent,
    );
    assert.equal(verifyChain(shuffled).broken, undefined);
    const half = verifyChain(all.slice(0, 3));
    assert.equal(half.end.sequence, 3);
    assert.equal(verifyChain(all.slice(3), half.end).broken, undefined);
  });

  it('finds a changed event', async () => {
    const all = (await recordSome(5)).events.all();
    for (const change of [{ accountId: 'other' }, { at: 2 }, { reason: 'added' }, { hash: 'x' }]) {
      const changed = all.map((event, i) => (i === 2 ? { ...event, ...change } : event));
      const { broken } = verifyChain(changed);
      assert.deepEqual(broken, { problem: 'changed', sequence: 2 });
    }
  });

  it('finds an event that was rewritten together with its hash', async () => {
    const all = (await recordSome(5)).events.all();
    const forged = (await recordSome(5)).events.all();
    const mixed = [...all.slice(0, 2), forged[2] as AuditEvent, ...all.slice(3)];
    assert.equal(verifyChain(mixed).broken?.problem, 'changed');
  });

  it('finds removed and reordered events', async () => {
    const all = (await recordSome(5)).events.all();
    assert.deepEqual(verifyChain(all.toSpliced(1, 1)).broken, { problem: 'removed', sequence: 1 });
    assert.deepEqual(verifyChain(all.slice(1)).broken, { problem: 'removed', sequence: 0 });
    const [a, b, ...rest] = all as [AuditEvent, AuditEvent, ...AuditEvent[]];
    assert.ok(verifyChain([b, a, ...rest]).broken);
    assert.deepEqual(verifyChain([a, b, a]).broken, { problem: 'reordered', sequence: 2 });
    assert.deepEqual(verifyChain([]), { end: chainStart });
  });
});
