import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent, EventRange } from '../../server/storage.ts';
import { assertConflict } from './assertions.ts';
import { auditEventSample } from './audit-samples.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, oddStrings, randomId } from './samples.ts';

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

    it('lists in order of time, both ways, in parts that meet though events are of one moment', async () => {
      const accountId = randomId();
      const at = now - 5000;
      const events = [
        auditEventSample({ accountId, at, sequence: 1, id: `a${randomId()}` }),
        auditEventSample({ accountId, at, sequence: 1, id: `b${randomId()}` }),
        auditEventSample({ accountId, at, sequence: 2 }),
        auditEventSample({ accountId, at: at + 1 }),
        auditEventSample({ accountId, at: at + 2 }),
      ];
      await auditEvents().insertMany(events.toReversed());
      const ids = events.map(({ id }) => id);
      for (const oldestFirst of [true, false])
        for (const limit of [1, 2, 5]) {
          const listed: AuditEvent[] = [];
          for (let more = true; more; ) {
            const range = { oldestFirst, limit, after: listed.at(-1) };
            const part = await auditEvents().listByAccount(accountId, range);
            listed.push(...part);
            more = part.length > 0;
          }
          const expected = oldestFirst ? ids : ids.toReversed();
          assert.deepEqual(
            listed.map(({ id }) => id),
            expected,
          );
        }
    });

    it('lists from a moment on, and up to another', async () => {
      const accountId = randomId();
      const at = now - 9000;
      await auditEvents().insertMany([0, 1, 2, 3].map((i) => auditEventSample({ accountId, at: at + i })));
      const times = async (range: Omit<EventRange, 'limit'>) =>
        (await auditEvents().listByAccount(accountId, { ...range, limit: 9 })).map((event) => event.at - at);
      assert.deepEqual(await times({ since: at + 1, before: at + 3 }), [2, 1]);
      assert.deepEqual(await times({ since: at + 1, before: at + 3, oldestFirst: true }), [1, 2]);
      const after = { at: at + 2, sequence: 0, id: '' };
      assert.deepEqual(await times({ since: at + 1, before: at + 4, after }), [1]);
      assert.deepEqual(await times({ before: at + 3, after, oldestFirst: true }), [2]);
      const all = await auditEvents().list({ since: at, before: at + 4, limit: 1000 });
      assert.deepEqual(
        all.filter((event) => event.accountId === accountId).map((event) => event.at - at),
        [3, 2, 1, 0],
      );
    });

    it('lists by account, who did it, app, passkey and type', async () => {
      const events = auditEvents();
      const [actor, app] = [randomId(), randomId()];
      const event = auditEventSample({
        accountId: randomId(),
        actor: { kind: 'account', id: actor },
        appId: app,
        passkeyId: randomId(),
        type: randomId(),
      });
      const byApp = auditEventSample({ actor: { kind: 'app', id: app }, appId: app, at: now + 1 });
      await events.insertMany([event, byApp, auditEventSample()]);
      const range = { limit: 9 };
      assert.deepEqual(await events.listByAccount(event.accountId ?? '', range), [event]);
      assert.deepEqual(await events.listByActor(actor, range), [event]);
      assert.deepEqual(await events.listByActor(app, range), [byApp]);
      assert.deepEqual(await events.listByApp(app, range), [byApp, event]);
      assert.deepEqual(await events.listByPasskey(event.passkeyId ?? '', range), [event]);
      assert.deepEqual(await events.listByType(event.type, range), [event]);
    });

    it('reads every chain in order of its places, part by part, and knows its last event', async () => {
      const prefix = `~${randomId()}`;
      const chains = ['a', 'b', 'c'].map((name) => prefix + name);
      const events = chains.flatMap((chain) =>
        [0, 1, 9, 10].map((sequence) => auditEventSample({ chain, sequence })),
      );
      await auditEvents().insertMany(events.toReversed());
      for (const limit of [1, 5, 100]) {
        const listed: AuditEvent[] = [];
        for (let more = true; more; ) {
          const after = listed.at(-1) ?? { chain: prefix, sequence: 0 };
          const part = await auditEvents().listByPlace({ after, limit });
          listed.push(...part.filter(({ chain }) => chains.includes(chain)));
          more = part.length > 0 && listed.length < events.length;
        }
        assert.deepEqual(listed, events);
      }
      assert.ok((await auditEvents().listByPlace({ limit: 3 })).length === 3);
      assert.deepEqual(await auditEvents().findLast(chains[1] ?? ''), events[7]);
      assert.equal(await auditEvents().findLast(randomId()), undefined);
    });

    it('removes the beginning of one chain', async () => {
      const [chain, other] = [randomId(), randomId()];
      const events = [chain, other].flatMap((of) =>
        [0, 1, 2, 3].map((sequence) => auditEventSample({ chain: of, sequence })),
      );
      await auditEvents().insertMany(events);
      assert.equal(await auditEvents().removeUpTo({ chain, sequence: 1 }), 2);
      assert.equal(await auditEvents().removeUpTo({ chain, sequence: 1 }), 0);
      const rest = (of: string) => auditEvents().listByChain(of, { fromSequence: 0, limit: 9 });
      assert.deepEqual(await rest(chain), events.slice(2, 4));
      assert.deepEqual(await rest(other), events.slice(4));
    });

    it('keeps what a change was before and after', async () => {
      const change = auditEventSample({
        changeId: randomId(),
        outcome: 'done',
        before: { name: 'Wiki', 'a.b': [1, { $c: null }] },
        after: {},
        personal: [{ of: randomId(), sealed: 'v1.abc' }],
      });
      await auditEvents().insertMany([change]);
      assert.deepEqual(await auditEvents().listByChange(change.changeId ?? ''), [change]);
    });

    it('knows the intents that are open, until they are settled', async () => {
      const events = auditEvents();
      const changeId = randomId();
      const at = 1_000_000 + Math.floor(Math.random() * 1_000_000);
      const intent = auditEventSample({ changeId, outcome: 'intent', at });
      const later = auditEventSample({ changeId: randomId(), outcome: 'intent', at: at + 1 });
      const outcome = auditEventSample({
        changeId,
        outcome: 'done',
        chain: intent.chain,
        sequence: 1,
        at: at + 5,
      });
      await events.insertMany([intent, outcome, later]);
      const open = async (before: number) =>
        (await events.listOpenIntents({ before, limit: 1000 })).filter((event) => event.at >= at);
      assert.deepEqual(await open(at), []);
      assert.deepEqual(await open(at + 1), [intent]);
      assert.deepEqual(await open(at + 2), [intent, later]);
      await events.settleIntent(changeId);
      await events.settleIntent(changeId);
      assert.deepEqual(await open(at + 2), [later]);
      assert.deepEqual(await events.listByChange(changeId), [intent, outcome]);
      await events.settleIntent(later.changeId ?? '');
    });
  });
}
