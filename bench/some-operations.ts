/** What some operations cost above bare oidc-provider: `npm run bench -- operations [NAME …] [--json]`. */
import { parseArgs } from 'node:util';
import { compare, createContestant, type Plan } from './compare.ts';
import { printLines, summarise } from './report.ts';
import { createServers } from './servers.ts';
import { operations } from './workload.ts';

const rounds = { rounds: 9, perTurn: 160, lanes: 8, warmUp: 1500 };

/** Of all operations those whose names begin like one of the arguments; all of them without any. */
export async function operationsCommand(): Promise<void> {
  const options = { json: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [, ...names] = positionals;
  const which = operations.filter(
    (operation) => names.length === 0 || names.some((name) => operation.startsWith(name)),
  );
  if (which.length === 0) throw new Error(`there are ${operations.join(', ')}`);
  const plan: Plan = { which, ...rounds };
  await using resources = new AsyncDisposableStack();
  const servers = createServers(resources);
  const contestants = [];
  for (const name of ['bare', 'bare again'])
    contestants.push(await createContestant(name, await servers.bare(), plan));
  contestants.push(await createContestant('bare on SQLite', await servers.bareOnSqlite(), plan));
  contestants.push(await createContestant('sqlite', await servers.latchkey('sqlite'), plan));
  const lines = summarise(await compare(contestants, plan));
  if (values.json) console.log(JSON.stringify(lines, undefined, 2));
  else printLines(lines);
}
