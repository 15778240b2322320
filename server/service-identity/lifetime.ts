/** From when to when something may be used, epoch milliseconds. */
export interface Lifetime {
  notBefore: number;
  notAfter: number;
}

const day = 24 * 60 * 60 * 1000;

/** Days until it ends, with fractions; negative afterwards. */
export function daysLeft({ notAfter }: Pick<Lifetime, 'notAfter'>, now: number): number {
  return (notAfter - now) / day;
}

/** A third of life or less is left: whoever renews should have done so, and there is time yet to look why not. */
export function needsRenewal({ notBefore, notAfter }: Lifetime, now: number): boolean {
  return notAfter - now <= (notAfter - notBefore) / 3;
}
