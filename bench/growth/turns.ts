import { median } from '../statistics.ts';
import type { Growth } from './growth.ts';

const [rounds, perTurn, warmUpTurns] = [40, 20, 5];
/** How often each side is asked in all. */
export const attempts = (rounds + warmUpTurns) * perTurn;

/** One of the two places: what its server has used, and how it is asked for the n-th time. */
export interface Side {
  /** Microseconds. */
  cpu: () => Promise<number>;
  ask: (attempt: number) => Promise<unknown>;
}

/** Milliseconds of CPU for each answer, the middle of all turns; the ratio compares the turns of a round. */
export async function compareTurns(what: string, sides: readonly [Side, Side]): Promise<Growth> {
  const taken = sides.map((): number[] => []);
  for (let round = -warmUpTurns; round < rounds; round++)
    for (const [at, { cpu, ask }] of sides.entries()) {
      const before = await cpu();
      for (let index = 0; index < perTurn; index++) await ask((round + warmUpTurns) * perTurn + index);
      if (round >= 0) taken[at]?.push(((await cpu()) - before) / perTurn / 1000);
    }
  const [few = [], many = []] = taken;
  const ratio = median(many.map((value, round) => value / (few[round] ?? Number.NaN)));
  return { what, few: median(few), many: median(many), ratio };
}
