import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, percentile, rankTest } from './statistics.ts';

describe('statistics of the benchmark', () => {
  it('finds the middle of odd and even samples', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it('finds the value that most do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 0.5)], [50, 99, 7]);
  });

  it('sees nothing between two equal samples', () => {
    const sample = Array.from({ length: 50 }, (_, index) => index);
    const { superiority, p } = rankTest(sample, sample);
    assert.equal(superiority, 0.5);
    assert.ok(p > 0.99);
  });

  it('agrees with a worked example', () => {
    // 45 of the 400 pairs have the first above the second: z = 155 / √(400 · 41 / 12) = 4.193, two-sided p = 2.756e-5.
    const { superiority, p } = rankTest(
      Array.from({ length: 20 }, (_, index) => index),
      Array.from({ length: 20 }, (_, index) => index + 10.5),
    );
    assert.equal(superiority, 45 / 400);
    assert.ok(Math.abs(p - 2.756e-5) < 1e-7, String(p));
  });
});
