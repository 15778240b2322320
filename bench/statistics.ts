/** The middle value; the mean of the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** The value that a share of all is not above. @param share 0–1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export interface RankTest {
  /** The chance that a value of the first sample is above one of the second: 0.5 if nothing tells them apart. */
  superiority: number;
  /** Two-sided: how often chance alone would show a difference this large. */
  p: number;
}

/** The Mann–Whitney U test with the normal approximation, for samples of 20 or more. */
export function rankTest(first: readonly number[], second: readonly number[]): RankTest {
  const [n1, n2] = [first.length, second.length];
  const rankSum = sumOfRanks(first, second);
  const u = rankSum - (n1 * (n1 + 1)) / 2;
  const deviation = Math.sqrt((n1 * n2 * (n1 + n2 + 1)) / 12);
  const z = Math.abs(u - (n1 * n2) / 2) / deviation;
  return { superiority: u / (n1 * n2), p: 2 * (1 - normalDistribution(z)) };
}

/** Of the first sample in both together; equal values share the mean of their ranks. */
function sumOfRanks(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, own: true })),
    ...second.map((value) => ({ value, own: false })),
  ].sort((one, other) => one.value - other.value);
  let sum = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    const rank = (start + 1 + end) / 2;
    sum += rank * all.slice(start, end).filter(({ own }) => own).length;
    start = end;
  }
  return sum;
}

/** Abramowitz and Stegun 26.2.17: right to 7.5e-8 for z ≥ 0. */
function normalDistribution(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
