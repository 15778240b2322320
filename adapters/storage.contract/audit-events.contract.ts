import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { auditEventSample, now, oddStrings, randomId } from './samples.ts';

export function auditEventsContract(name: string, open: Open): void {
  describe(`${name}: audit events`, () => {
    const storage = openedOnce(open);
    const auditEvents = () => storage().auditEvents;

    it('keeps every field, and leaves absent ones absent', async () => {
      const chain = randomId();
      const bare = auditEventSample({ chain });
      const details = Object.fromEntries(oddStrings.map((odd, i) => [odd, i % 2 ? odd : i]));
      const full = auditEventSample({
        chain,
        sequence: 1,
        actor: { kind: 'account', id: randomId() },
        accountId: randomId(),
        appId: 'wiki',
        passkeyId: randomId(),
        signInId: randomId(),
        requestId: randomId(),
        reason: 'counter_moved',
        details,
        previousHash: 'abc',
      });
      const machine = auditEventSample({ chain, sequence: 2, actor: { kind: 'machine' }, details: {} });
      await auditEvents().insertMany([bare, full, machine]);
      assert.deepEqual(await auditEvents().listByChain(chain, { fromSequence: 0, limit: 9 }), [
        bare,
        full,
        machine,
      ]);
    });

    it('reads a chain from a position on', async () => {
      const chain = randomId();
      await auditEvents().insertMany([0, 1, 2, 3].map((sequence) => auditEventSample({ chain, sequence })));
      const part = await auditEvents().listByChain(chain, { fromSequence: 1, limit: 2 });
      assert.deepEqual(
        part.map(({ sequence }) => sequence),
        [1, 2],
      );
      await auditEvents().insertMany([]);
    });

    it('refuses a second event at one position of a chain', async () => {
      const event = auditEventSample();
      await auditEvents().insertMany([event]);
      await assertConflict(auditEvents().insertMany([auditEventSample({ chain: event.chain })]), 'sequence');
      await assertConflict(auditEvents().insertMany([auditEventSample({ id: event.id })]), 'id');
    });

    it('lists newest first, of one account or of all, before a moment', async () => {
      const [chain, accountId] = [randomId(), randomId()];
      const events = [1, 2, 3].map((sequence) =>
        auditEventSample({ chain, sequence, accountId, at: now - 10 + sequence }),
      );
      await auditEvents().insertMany([...events, auditEventSample({ at: now - 8 })]);
      const ofAccount = await auditEvents().list({ accountId, limit: 2 });
      assert.deepEqual(
        ofAccount.map(({ sequence }) => sequence),
        [3, 2],
      );
      const earlier = await auditEvents().list({ accountId, before: now - 8, limit: 2 });
      assert.deepEqual(
        earlier.map(({ sequence }) => sequence),
        [1],
      );
      const all = await auditEvents().list({ before: now - 6, limit: 1000 });
      assert.deepEqual(
        all.map(({ at }) => at),
        all.map(({ at }) => at).sort((a, b) => b - a),
      );
      assert.ok(all.length >= 4);
    });
  });
}
