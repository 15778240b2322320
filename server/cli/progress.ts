import type { Surroundings } from './surroundings.ts';

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
