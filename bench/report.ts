import type { Measured, Plan } from './compare.ts';
import { ratio } from './compare.ts';
import { median } from './statistics.ts';
import type { Timing } from './timing.ts';

export interface Line {
  operation: string;
  server: string;
  /** Milliseconds of CPU per operation, the middle of all rounds. */
  cpu: number;
  /** To bare oidc-provider in the same round, the middle of all rounds. */
  ratio: number;
}

export interface Report {
  plan: Plan;
  measured: Line[];
  /** By engine: calls of each kind per login. */
  storeCalls: Record<string, Readonly<Record<string, number>>>;
  timing: Timing[];
  leftOut: string[];
}

export function summarise(measured: readonly Measured[]): Line[] {
  return measured.flatMap((one) =>
    Object.entries(one.cpu).map(([server, cpu]) => ({
      operation: one.operation,
      server,
      cpu: median(cpu) / 1000,
      ratio: ratio(one, server, 'bare'),
    })),
  );
}

export function printReport({ plan, measured, storeCalls, timing, leftOut }: Report): void {
  console.log(
    `CPU of the server per operation, ${plan.rounds} rounds of ${plan.perTurn}, ${plan.lanes} at once\n`,
  );
  row('operation', 'server', 'CPU ms', '× bare');
  for (const { operation, server, cpu, ratio: above } of measured)
    row(operation, server, cpu.toFixed(2), above.toFixed(2));
  console.log(
    '\nThe line "bare again" is bare oidc-provider against itself: what it is off 1.00 is noise.\n',
  );
  for (const [engine, calls] of Object.entries(storeCalls)) {
    const kinds = Object.entries(calls).map(([name, count]) => `${count} ${name}`);
    console.log(`Storage calls per login, ${engine}: ${kinds.join(', ')}`);
  }
  console.log('\nO22: time of an answer for a passkey that is there and one that is not');
  for (const { endpoint, known, unknown, samples, superiority, p } of timing)
    console.log(
      `${endpoint.padEnd(8)} ${known.toFixed(3)} ms, ${unknown.toFixed(3)} ms: ${((known - unknown) * 1000).toFixed(0)} µs apart ` +
        `(${samples} each; known is slower in ${(superiority * 100).toFixed(1)} % of pairs, p = ${p.toPrecision(2)})`,
    );
  for (const what of leftOut) console.log(`\nLeft out: ${what}.`);
}

function row(...cells: readonly [string, string, string, string]): void {
  const [operation, server, cpu, above] = cells;
  console.log(`${operation.padEnd(15)}${server.padEnd(12)}${cpu.padStart(8)}${above.padStart(9)}`);
}
