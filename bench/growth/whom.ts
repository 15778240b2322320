import { seedPerson } from '../seed/people.ts';

/** How many people the smaller place has: they repeat what kinds there are 20 times and more. */
export const few = 1000;

/**
 * Whom a try is about: another one each time, from anywhere among all, and in both places of the same kind (as many
 * passkeys, signed in or not), which goes by the number below 1,000.
 */
export function whom(attempt: number, people: number, now: number) {
  const kind = (attempt * 7919) % 997;
  const thousand = (attempt * 7907) % Math.floor(people / few);
  return seedPerson(thousand * few + kind, now).account;
}

/** What somebody has typed who has not typed it all: of a million people some 50 answer, of a thousand the one. */
export const beginnings = (name: string): string =>
  name
    .split(' ')
    .map((word) => word.slice(0, 3))
    .join(' ');
