const steps = [1, 2, 3, 4, 6, 8, 10];

/** The next round number that nothing is above, and that has a half. */
export function roundedUp(most: number): number {
  if (most <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(most));
  return (steps.find((step) => step * power >= most && (step * power) % 2 === 0) ?? 10) * power;
}

/** At most three of these, the first and the last among them: as many labels as fit below a chart on a phone. */
export function fewLabels<T>(items: readonly T[]): T[] {
  if (items.length <= 3) return [...items];
  const middle = Math.floor((items.length - 1) / 2);
  return [0, middle, items.length - 1].map((index) => items[index] as T);
}
