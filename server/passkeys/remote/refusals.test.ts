import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitRefusals } from './refusals.ts';

describe('refused calls in the audit', () => {
  it('are so many a minute, and then their number', () => {
    let at = 1_000_000;
    const recorded: { unwritten?: number }[] = [];
    const refuse = limitRefusals(
      (call) => recorded.push(call),
      () => at,
    );
    for (let n = 0; n < 1000; n++) refuse({ reason: 'certificate' });
    assert.equal(recorded.length, 60);
    at += 60_000;
    refuse({ reason: 'replayed' });
    refuse({ reason: 'replayed' });
    assert.deepEqual(recorded.slice(60), [{ reason: 'replayed', unwritten: 940 }, { reason: 'replayed' }]);
  });
});
