import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLog } from '../log.ts';
import { openEvents } from '../testing/audit-events.ts';
import { createAudit, type NewAuditEvent } from './audit.ts';
import { verifyChain } from './chain.ts';
import type { AuditEvent } from './event.ts';
import { takeApart } from './personal.ts';
import { showEvents } from './seal.ts';

const log = createLog({ level: 'silent', format: 'json' });
const at = Date.UTC(2026, 10, 30);

function open() {
  const events = openEvents();
  const clock = { now: at };
  const start = () => createAudit({ ...events.given, now: () => clock.now, log });
  const show = (given: readonly AuditEvent[] = events.all()) =>
    showEvents({ auditKeys: events.given.storage.auditKeys, secret: events.given.secret }, given);
  return { events, clock, start, audit: start(), show };
}

const origin = { address: '192.0.2.7', device: 'Firefox on Linux' };
const alice = {
  id: 'a1',
  userName: 'alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  role: 'person',
};

describe('personal fields of events', () => {
  it('are sealed, and shown to who may see them', async () => {
    const { events, audit, show } = open();
    await audit.record({ type: 'sign_in.succeeded', accountId: 'a1', origin });
    assert.doesNotMatch(JSON.stringify(events.all()), /192\.0|Firefox/);
    const [shown] = await show();
    assert.deepEqual(shown?.personal, origin);
    assert.equal(shown?.personalRemoved, undefined);
  });

  it('are, of a change, names and addresses before and after it', async () => {
    const { events, audit, show } = open();
    const actor = { kind: 'account', id: 'admin' } as const;
    const event: NewAuditEvent = { type: 'account.changed', accountId: 'a1', actor, origin };
    const after = { ...alice, name: 'Alice Married', role: 'support' };
    await audit.change(event, async (note) => note({ before: alice, after, details: { by: 'console' } }));
    assert.doesNotMatch(JSON.stringify(events.all()), /Alice|192\.0/);
    const [intent, outcome] = await show();
    assert.deepEqual(intent?.personal, origin);
    assert.deepEqual(outcome?.before, { role: 'person' });
    assert.deepEqual(outcome?.after, { role: 'support' });
    assert.deepEqual(outcome?.details, { by: 'console' });
    assert.deepEqual(outcome?.personal, {
      ...origin,
      before: { name: 'Alice Example' },
      after: { name: 'Alice Married' },
    });
    assert.deepEqual(
      events.all()[1]?.personal?.map(({ of }) => of),
      ['admin', 'a1'],
    );
  });

  it('of an app are none: its name is open', async () => {
    const { audit, events } = open();
    await audit.record({
      type: 'app.changed',
      appId: 'wiki',
      before: { name: 'Wiki' },
      after: { name: 'Docs' },
    });
    assert.deepEqual(events.all()[0]?.after, { name: 'Docs' });
    assert.equal(events.all()[0]?.personal, undefined);
  });

  it('are gone with the key of their account, and the chain holds', async () => {
    const { events, audit, start, show } = open();
    await audit.record({ type: 'sign_in.succeeded', accountId: 'a1', origin });
    await audit.record({ type: 'sign_in.succeeded', accountId: 'b2', origin });
    await audit.forget('a1');
    await audit.record({ type: 'account.removed', accountId: 'a1', before: alice, origin });
    await start().record({ type: 'sign_in.failed', accountId: 'a1', origin });
    const shown = await show();
    assert.deepEqual(
      shown.map(({ personal, personalRemoved }) => [personal, personalRemoved]),
      [
        [undefined, true],
        [origin, undefined],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
    assert.equal(events.keys.get('a1')?.sealedKey, undefined);
    assert.equal(verifyChain(events.all().slice(0, 3)).broken, undefined);
  });

  it('of nobody that is known are sealed under a key of the month', async () => {
    const { audit, events, show } = open();
    await audit.record({ type: 'sign_in.failed', reason: 'passkey_unknown', origin });
    assert.deepEqual([...events.keys.keys()], ['nobody 2026-11']);
    assert.deepEqual((await show())[0]?.personal, origin);
  });

  it('say where the request came from that an event belongs to, and its id is open', async () => {
    const { audit, events, show } = open();
    await audit.within({ origin, requestId: 'r1' }, async () => {
      await new Promise(setImmediate);
      await audit.record({ type: 'consent.given', accountId: 'a1' });
      await audit.record({ type: 'consent.given', accountId: 'a1', origin: {} });
    });
    await audit.record({ type: 'consent.given', accountId: 'a1' });
    assert.deepEqual(
      (await show()).map(({ personal }) => personal),
      [origin, undefined, undefined],
    );
    assert.deepEqual(
      events.all().map(({ requestId }) => requestId),
      ['r1', 'r1', undefined],
    );
  });

  it('are sealed under one key by instances that begin together', async () => {
    const { start, events, show } = open();
    const event = { type: 'sign_in.succeeded', accountId: 'a1', origin } as const;
    await Promise.all(Array.from({ length: 10 }, () => start().record(event)));
    assert.equal(events.keys.size, 1);
    for (const { personal } of await show()) assert.deepEqual(personal, origin);
  });

  it('cannot be moved to another event, nor be changed', async () => {
    const { audit, events, show } = open();
    for (const address of ['192.0.2.1', '192.0.2.2'])
      await audit.record({ type: 'sign_in.succeeded', accountId: 'a1', origin: { address } });
    const [first, second] = events.all() as [AuditEvent, AuditEvent];
    const [part] = first.personal ?? [];
    for (const personal of [
      first.personal ?? [],
      [{ of: 'a1', sealed: `${part?.sealed.slice(0, -2)}AA` }],
      [{ of: 'a1', sealed: '' }],
      [{ of: 'b2', sealed: part?.sealed ?? '' }],
    ]) {
      const [shown] = await show([{ ...second, personal }]);
      assert.equal(shown?.personal, undefined);
      assert.equal(shown?.personalRemoved, true);
    }
  });

  it('never stand in the open, however deep a record has them', () => {
    const mark = 'PERSONAL-VALUE';
    const names = [
      'email',
      'userName',
      'name',
      'address',
      'device',
      'attributes',
      'user_agent',
      'given_name',
      'IP',
    ];
    const { value } = fc.letrec<{ value: object }>((tie) => ({
      value: fc
        .tuple(
          fc.dictionary(
            fc.string(),
            fc.oneof(fc.integer(), tie('value'), fc.array(tie('value'), { maxLength: 3 })),
          ),
          fc.array(fc.constantFrom(...names), { maxLength: 3 }),
        )
        .map(([members, personal]) => ({
          ...members,
          ...Object.fromEntries(personal.map((name) => [name, mark])),
        })),
    }));
    fc.assert(
      fc.property(value, value, value, (details, before, after) => {
        const event: NewAuditEvent = { type: 'account.changed', accountId: 'a1', details, before, after };
        assert.doesNotMatch(JSON.stringify(takeApart(event, at).open), new RegExp(mark));
      }),
    );
  });
});
