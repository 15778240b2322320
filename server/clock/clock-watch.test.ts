import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClockWatch } from './clock-watch.ts';

/** A storage whose time is right, this machine's clock, and the one that nobody sets. */
function clocks(answerTakes = 0) {
  const time = { theirs: 1_000_000, ours: 1_000_000, elapsed: 500 };
  const lines: string[] = [];
  const pass = (milliseconds: number) => {
    time.theirs += milliseconds;
    time.ours += milliseconds;
    time.elapsed += milliseconds;
  };
  const note = (_facts: object, line: string) => void lines.push(line);
  const watch = createClockWatch({
    async readClock() {
      pass(answerTakes / 2);
      const told = time.theirs;
      pass(answerTakes / 2);
      return told;
    },
    now: () => time.ours,
    elapsed: () => time.elapsed,
    log: { warn: note, info: note },
  });
  return { ...watch, time, pass, lines };
}

describe('the clock of this machine', () => {
  it('F10 is believed once it has been compared, and while it is right', async () => {
    const { round, requireRight, ahead, lines } = clocks();
    assert.throws(requireRight, { code: 'unavailable' });
    assert.equal(ahead(), undefined);
    await round();
    requireRight();
    assert.deepEqual([ahead(), lines], [0, []]);
  });

  for (const off of [10_001, -10_001, 300_000, -300_000])
    it(`F10 that is ${off} ms off is wrong, which is said once, and right again when it is set`, async () => {
      const { round, requireRight, time, lines } = clocks();
      time.ours += off;
      await round();
      await round();
      assert.throws(requireRight, { code: 'unavailable' });
      assert.deepEqual(lines.length, 1);
      time.ours -= off;
      requireRight();
      await round();
      assert.deepEqual(lines.length, 2);
    });

  it('F10 that jumps is wrong at once, before the next comparison', async () => {
    const { round, requireRight, time, pass } = clocks();
    await round();
    pass(1500);
    requireRight();
    time.ours -= 60_000;
    assert.throws(requireRight, { code: 'unavailable' });
  });

  it('may be 10 s off, and a slow answer does not count against it', async () => {
    const { round, requireRight, time, ahead } = clocks(1800);
    time.ours += 10_000;
    await round();
    requireRight();
    assert.equal(ahead(), 10_000);
    // It may be of the first or the last moment.
    const late = clocks(5000);
    late.time.ours += 12_000;
    await late.round();
    late.requireRight();
    late.time.ours += 60_000;
    assert.throws(late.requireRight, { code: 'unavailable' });
  });
});
