import type { MeasuredProcess } from './measured-process.ts';
import { median } from './statistics.ts';
import { createLane, type Lane, type Operation, settle } from './workload.ts';

/** A server under measurement, warmed up. */
export interface Contestant {
  name: string;
  process: MeasuredProcess;
  lanes: Lane[];
}

export interface Plan {
  /** What is measured. */
  which: readonly Operation[];
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
  /** Milliseconds that each operation took whoever waited for it, by contestant. */
  waits: Readonly<Record<string, readonly number[]>>;
}

interface Turn {
  cpu: number;
  waits: number[];
}

export async function createContestant(
  name: string,
  process: MeasuredProcess,
  plan: Plan,
): Promise<Contestant> {
  const workplace = await settle(process);
  const lanes = await Promise.all(Array.from({ length: plan.lanes }, () => createLane(workplace)));
  const contestant = { name, process, lanes };
  for (const operation of plan.which) {
    await signIn(contestant);
    await turn(contestant, operation, plan.warmUp);
  }
  return contestant;
}

/** Every round gives each contestant one turn, beginning with another one each time, so that drift hits all alike. */
export async function compare(contestants: readonly Contestant[], plan: Plan): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const operation of plan.which) {
    const cpu: Record<string, number[]> = Object.fromEntries(contestants.map(({ name }) => [name, []]));
    const waits: Record<string, number[]> = Object.fromEntries(contestants.map(({ name }) => [name, []]));
    for (const contestant of contestants) await signIn(contestant);
    for (let round = 0; round < plan.rounds; round++)
      for (const contestant of rotated(contestants, round)) {
        const taken = await turn(contestant, operation, plan.perTurn);
        cpu[contestant.name]?.push(taken.cpu);
        waits[contestant.name]?.push(...taken.waits);
      }
    measured.push({ operation, cpu, waits });
  }
  return measured;
}

/** The ratio of each round, and of those the middle. */
export function ratio({ cpu }: Measured, name: string, yardstick: string): number {
  const below = cpu[yardstick] ?? [];
  return median((cpu[name] ?? []).map((value, round) => value / (below[round] ?? Number.NaN)));
}

/** Bare oidc-provider keeps the latest thousand records alone: the tokens of an operation before may be gone. */
async function signIn({ lanes }: Contestant): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.login()));
}

async function turn({ process, lanes }: Contestant, operation: Operation, times: number): Promise<Turn> {
  const before = await process.cpu();
  const each = Math.ceil(times / lanes.length);
  const waits: number[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let done = 0; done < each; done++) {
        const begun = performance.now();
        await lane[operation]();
        waits.push(performance.now() - begun);
      }
    }),
  );
  return { cpu: ((await process.cpu()) - before) / (each * lanes.length), waits };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, index) => items[(index + by) % items.length] as T);
}
