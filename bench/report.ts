import type { Measured, Plan } from './compare.ts';
import { ratio } from './compare.ts';
import { median, percentile } from './statistics.ts';
import type { Timing } from './timing.ts';

export interface Line {
  operation: string;
  server: string;
  /** Milliseconds of CPU per operation, the middle of all rounds. */
  cpu: number;
  /** To bare oidc-provider in the same round, the middle of all rounds. */
  ratio: number;
  /** To the one that keeps its records in SQLite. */
  onSqlite: number;
  /** Milliseconds that half of all operations, and 99 of 100, took at most. */
  p50: number;
  p99: number;
}

export interface Report {
  plan: Plan;
  measured: Line[];
  /** A login with the passkey manager in a process of its own: CPU of both, to one process in the same round. */
  hop: number;
  /** A login with rules for authenticators in force: CPU, to one without in the same round. */
  rules: number;
  /** By engine: CPU of a login with the audit, to one without in the same round. */
  audit: Readonly<Record<string, number>>;
  /** By engine: calls of each kind per login. */
  storeCalls: Record<string, Readonly<Record<string, number>>>;
  /** What FIDO’s own metadata costs, in words. */
  metadata: readonly string[];
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
      onSqlite: ratio(one, server, 'bare on SQLite'),
      p50: percentile(one.waits[server] ?? [], 0.5),
      p99: percentile(one.waits[server] ?? [], 0.99),
    })),
  );
}

export function printReport(report: Report): void {
  const { plan, measured, hop, rules, audit, storeCalls, metadata, timing, leftOut } = report;
  console.log(
    `CPU of the server per operation, ${plan.rounds} rounds of ${plan.perTurn}, ${plan.lanes} at once\n`,
  );
  printLines(measured);
  console.log(`The passkey manager apart costs ${hop.toFixed(2)} times the CPU of a login in one process.`);
  console.log(`Rules for authenticators cost ${rules.toFixed(2)} times the CPU of a login without.`);
  for (const [engine, cost] of Object.entries(audit))
    console.log(`The audit costs ${cost.toFixed(2)} times the CPU of a login without, ${engine}.`);
  console.log();
  for (const line of metadata) console.log(`FIDO metadata: ${line}`);
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

/** What each operation costs each server. */
export function printLines(lines: readonly Line[]): void {
  row('operation', 'server', 'CPU ms', '× bare', '× on SQLite', 'p50 ms', 'p99 ms');
  for (const { operation, server, ...figures } of lines)
    row(
      operation,
      server,
      ...[figures.cpu, figures.ratio, figures.onSqlite, figures.p50, figures.p99].map((n) => n.toFixed(2)),
    );
  console.log(
    '\nThe line "bare again" is bare oidc-provider against itself: what it is off 1.00 is noise.\n',
  );
}

function row(operation: string, server: string, ...figures: readonly string[]): void {
  const columns = figures.map((figure) => figure.padStart(13)).join('');
  console.log(`${operation.padEnd(29)}${server.padEnd(18)}${columns}`);
}
