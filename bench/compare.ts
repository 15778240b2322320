import type { MeasuredProcess } from './measured-process.ts';
import { median } from './statistics.ts';
import { createLane, type Lane, type Operation, operations, settle } from './workload.ts';

/** A server under measurement, warmed up. */
export interface Contestant {
  name: string;
  process: MeasuredProcess;
  lanes: Lane[];
}

export interface Plan {
  /** How many times each contestant gets its turn. */
  rounds: number;
  /** Operations of one kind in a turn. */
  perTurn: number;
  /** How many people at once. */
  lanes: number;
  warmUp: number;
}

export interface Measured {
  operation: Operation;
  /** Microseconds of CPU per operation, one value a round, by contestant. */
  cpu: Readonly<Record<string, readonly number[]>>;
}

export async function createContestant(
  name: string,
  process: MeasuredProcess,
  plan: Plan,
): Promise<Contestant> {
  const workplace = await settle(process.origin, process.setupLink);
  const lanes = await Promise.all(Array.from({ length: plan.lanes }, () => createLane(workplace)));
  const contestant = { name, process, lanes };
  for (const operation of operations) await turn(contestant, operation, plan.warmUp);
  return contestant;
}

/** Every round gives each contestant one turn, beginning with another one each time, so that drift hits all alike. */
export async function compare(contestants: readonly Contestant[], plan: Plan): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const operation of operations) {
    const cpu: Record<string, number[]> = Object.fromEntries(contestants.map(({ name }) => [name, []]));
    for (let round = 0; round < plan.rounds; round++)
      for (const contestant of rotated(contestants, round))
        cpu[contestant.name]?.push(await turn(contestant, operation, plan.perTurn));
    measured.push({ operation, cpu });
  }
  return measured;
}

/** The ratio of each round, and of those the middle. */
export function ratio({ cpu }: Measured, name: string, yardstick: string): number {
  const below = cpu[yardstick] ?? [];
  return median((cpu[name] ?? []).map((value, round) => value / (below[round] ?? Number.NaN)));
}

/** Microseconds of CPU per operation. */
async function turn({ process, lanes }: Contestant, operation: Operation, times: number): Promise<number> {
  const before = await process.cpu();
  const each = Math.ceil(times / lanes.length);
  await Promise.all(
    lanes.map(async (lane) => {
      for (let done = 0; done < each; done++) await lane[operation]();
    }),
  );
  return ((await process.cpu()) - before) / (each * lanes.length);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, index) => items[(index + by) % items.length] as T);
}
