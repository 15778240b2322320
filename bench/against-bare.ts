/** What Latchkey costs above bare oidc-provider: `npm run bench [-- --quick] [-- --json]`. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { answersTo, preparePython } from '../interop/prepare-python.ts';
import { checkRealMetadata } from '../interop/real-metadata.ts';
import { type Contestant, compare, createContestant, type Plan, ratio } from './compare.ts';
import { printReport, type Report, summarise } from './report.ts';
import { applyRules } from './rules.ts';
import { createServers, type Engine } from './servers.ts';
import { storeCallsPerLogin } from './store-calls.ts';
import { timeEnumeration } from './timing.ts';
import { operations, settle } from './workload.ts';

const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const plan: Plan = options.quick
  ? { which: operations, rounds: 5, perTurn: 60, lanes: 8, warmUp: 150 }
  : { which: operations, rounds: 15, perTurn: 200, lanes: 8, warmUp: 600 };
const timingSamples = options.quick ? 200 : 2000;

await using resources = new AsyncDisposableStack();
const servers = createServers(resources);
const engines: Engine[] = process.env.TEST_MONGO_URL ? ['sqlite', 'mongodb'] : ['sqlite'];
const contestants: Contestant[] = [];
for (const name of ['bare', 'bare again'])
  contestants.push(await createContestant(name, await servers.bare(), plan));
contestants.push(await createContestant('bare on SQLite', await servers.bareOnSqlite(), plan));
for (const engine of engines)
  contestants.push(await createContestant(engine, await servers.latchkey(engine), plan));
contestants.push(await createWithRules());
for (const engine of engines)
  contestants.push(await createContestant(`${engine} unaudited`, await servers.unaudited(engine), plan));
contestants.push(await createContestant('split', await servers.split(), plan));
const measured = await compare(contestants, plan);
const [logins] = measured;
if (!logins) throw new Error('nothing was measured');

const report: Report = {
  plan,
  measured: summarise(measured),
  hop: ratio(logins, 'split', 'sqlite'),
  rules: ratio(logins, 'rules', 'sqlite'),
  audit: Object.fromEntries(engines.map((engine) => [engine, ratio(logins, engine, `${engine} unaudited`)])),
  storeCalls: {},
  metadata: [],
  timing: [],
  leftOut: engines.includes('mongodb') ? [] : ['MongoDB: TEST_MONGO_URL is not set'],
};
for (const engine of engines)
  report.storeCalls[engine] = await storeCallsPerLogin(
    await servers.latchkey(engine, { BENCH_COUNT_CALLS: '1' }),
  );
if (answersTo('python3', '--version')) report.metadata = await checkRealMetadata(preparePython());
else report.leftOut.push('FIDO’s own metadata: there is no python3 to get it with');
report.timing = await timeEnumeration(await settle(await servers.latchkey('sqlite')), timingSamples);

if (options.json) console.log(JSON.stringify(report, undefined, 2));
else printReport(report);

/** With rules for authenticators, of the installation and of a group that everybody here is in. */
async function createWithRules(): Promise<Contestant> {
  const settings = await servers.settingsOf('sqlite');
  const process = await servers.started('latchkey.ts', settings);
  const contestant = await createContestant('rules', process, plan);
  await applyRules(settings);
  await delay(2000);
  return contestant;
}
