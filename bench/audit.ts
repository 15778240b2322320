/** What the audit costs a login, and nothing else: `npm run bench -- audit [--json]`. */
import { parseArgs } from 'node:util';
import { compare, createContestant, type Plan, ratio } from './compare.ts';
import { createServers } from './servers.ts';
import { median } from './statistics.ts';

const plan: Plan = { which: ['login'], rounds: 30, perTurn: 80, lanes: 8, warmUp: 400 };

/** Two servers with it, so that the noise of the run is seen, and two without. */
export async function auditCommand(): Promise<void> {
  const { values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  await using resources = new AsyncDisposableStack();
  const servers = createServers(resources);
  const contestants = [];
  for (const name of ['audited', 'audited again'])
    contestants.push(await createContestant(name, await servers.latchkey('sqlite'), plan));
  for (const name of ['unaudited', 'unaudited again'])
    contestants.push(await createContestant(name, await servers.unaudited('sqlite'), plan));
  const [logins] = await compare(contestants, plan);
  if (!logins) throw new Error('nothing was measured');
  const pairs = ['audited', 'audited again'].flatMap((name) =>
    ['unaudited', 'unaudited again'].map((without) => ratio(logins, name, without)),
  );
  const report = {
    cpu: Object.fromEntries(Object.entries(logins.cpu).map(([name, each]) => [name, median(each) / 1000])),
    audit: pairs,
    null: [ratio(logins, 'audited again', 'audited'), ratio(logins, 'unaudited again', 'unaudited')],
  };
  if (values.json) return console.log(JSON.stringify(report, undefined, 2));
  for (const [name, cpu] of Object.entries(report.cpu))
    console.log(`${name.padEnd(16)} ${cpu.toFixed(3)} ms of CPU for a login`);
  const listed = (ratios: readonly number[]) => ratios.map((each) => each.toFixed(3)).join(', ');
  console.log(`\nWith the audit to without, each to each: ${listed(report.audit)}`);
  console.log(`Two equal servers: ${listed(report.null)}`);
}
