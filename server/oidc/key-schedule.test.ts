import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dueChanges, keySetMaxAge, readyAt } from './key-schedule.ts';
import { inSigningOrder, type SigningKey, standingOf } from './signing-key.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 1);
const schedule = { signs: 90 * day, verifies: 31 * day };

const key = (generation: number, fields: Partial<SigningKey> = {}): SigningKey => ({
  id: `key-${generation}`,
  alg: 'ES256',
  generation,
  status: 'current',
  sealedJwk: '',
  createdAt: start,
  ...fields,
});
const first = key(1, { currentAt: start });
const next = key(2, { status: 'next', createdAt: start + hour });
const letSign = (at: number) => key(2, { createdAt: start + hour, currentAt: at });

const due = (keys: SigningKey[], now: number, more: Partial<typeof schedule> = {}) => {
  const {
    stage,
    letSign: signs,
    remove,
  } = dueChanges(keys, {
    algorithms: ['ES256'],
    schedule: { ...schedule, ...more },
    now,
  });
  return { stage: stage.map(({ generation }) => generation), ...ids({ signs, remove }) };
};
const ids = (changes: Record<'signs' | 'remove', { id: string }[]>) => ({
  signs: changes.signs.map(({ id }) => id),
  remove: changes.remove.map(({ id }) => id),
});
const nothing = { stage: [], signs: [], remove: [] };

describe('signing keys on schedule', () => {
  it('have a next one a minute after one began to sign, and one alone', () => {
    assert.deepEqual(due([first], start + 59_999), nothing);
    assert.deepEqual(due([first], start + 60_000), { ...nothing, stage: [2] });
    assert.deepEqual(due([first, next], start + 2 * hour), nothing);
  });

  it('change after so many days, and not before every app can know the next one', () => {
    const old = start + schedule.signs;
    assert.deepEqual(due([first, next], old - 1), nothing);
    assert.deepEqual(due([first, next], old), { ...nothing, signs: ['key-2'] });
    const late = key(2, { status: 'next', createdAt: old });
    assert.ok(readyAt(late) - old > keySetMaxAge * 1000);
    assert.deepEqual(due([first, late], readyAt(late) - 1), nothing);
    assert.deepEqual(due([first, late], readyAt(late)), { ...nothing, signs: ['key-2'] });
  });

  it('of before, which do not say since when they sign, count from when they were made', () => {
    assert.deepEqual(due([key(1), next], start + schedule.signs), { ...nothing, signs: ['key-2'] });
  });

  it('are left to people where the schedule is off', () => {
    const { letSign: signs, remove } = dueChanges([first, next], {
      algorithms: ['ES256'],
      schedule: { verifies: schedule.verifies },
      now: start + 10_000 * day,
    });
    assert.deepEqual(ids({ signs, remove }), { signs: [], remove: [] });
  });

  it('are removed once nothing is in force that they signed, and no other is', () => {
    const at = start + schedule.signs;
    const third = key(3, { status: 'next', createdAt: at });
    const keys = [first, letSign(at), third];
    assert.deepEqual(due(keys, at + schedule.verifies - 1), nothing);
    assert.deepEqual(due(keys, at + schedule.verifies), { ...nothing, remove: ['key-1'] });
  });

  it('of algorithms that are switched off stay as they are', () => {
    const other = { algorithms: ['EdDSA' as const], schedule, now: start + 10_000 * day };
    assert.deepEqual(dueChanges([first, next], other), { stage: [], letSign: [], remove: [] });
  });
});

describe('the standing of signing keys', () => {
  it('follows from the one write that lets the next one sign', () => {
    const at = start + day;
    assert.deepEqual(
      standingOf([first, letSign(at)]).map(({ id, status, retiredAt }) => [id, status, retiredAt]),
      [
        ['key-1', 'retired', at],
        ['key-2', 'current', undefined],
      ],
    );
    const other = key(9, { alg: 'RS256' });
    assert.deepEqual(
      standingOf([first, other]).map(({ status }) => status),
      ['current', 'current'],
    );
  });

  it('of one that came from elsewhere is dated by its coming, or by the first change after it', () => {
    const imported = key(3, { id: 'imported', status: 'retired', createdAt: start - 300 * day });
    const dated = (keys: SigningKey[]) => standingOf(keys).find(({ id }) => id === 'imported')?.retiredAt;
    assert.equal(dated([key(1), { ...imported, retiredAt: start }]), start);
    assert.equal(dated([key(1), imported]), undefined);
    assert.equal(dated([key(1), imported, key(4, { currentAt: start + day })]), start + day);
  });

  it('puts what signs before what is staged, and that before what only verifies', () => {
    const keys = standingOf([first, letSign(start + day), key(3, { status: 'next' })]);
    assert.deepEqual(
      inSigningOrder(keys).map(({ id }) => id),
      ['key-2', 'key-3', 'key-1'],
    );
  });
});
