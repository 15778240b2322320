import type { Surroundings } from './surroundings.ts';

/** Tells a person how much was done of long work of which nobody knows how long it is. */
export function counterTo({ err, forPeople }: Pick<Surroundings, 'err' | 'forPeople'>, what: string) {
  return {
    count(items: number): void {
      if (forPeople && items % 100 === 0) err(`\r${what} … ${items}`);
    },
    end(items: number): void {
      if (forPeople) err(`\r${what} … ${items}\n`);
    },
  };
}

/** Tells a person how far long work is; `share` goes from 0 to 1. Says nothing to a script. */
export function progressTo({ err, forPeople }: Pick<Surroundings, 'err' | 'forPeople'>, what: string) {
  let told = -1;
  return (share: number): void => {
    const percent = Math.floor(share * 100);
    if (!forPeople || percent === told) return;
    told = percent;
    err(`\r${what} … ${percent} %${percent === 100 ? '\n' : ''}`);
  };
}

/** Tells a person how many were looked at: how many there are is known at the end alone. */
export async function countingPeople<T>(
  { err, forPeople }: Pick<Surroundings, 'err' | 'forPeople'>,
  work: (onProgress: (people: number) => void) => Promise<T>,
): Promise<T> {
  let counted = false;
  try {
    return await work((people) => {
      if (forPeople) err(`\rLooked at ${people} people …`);
      counted = true;
    });
  } finally {
    if (forPeople && counted) err('\n');
  }
}
