/** `npm run bench [-- --quick] [-- --json]`: what Latchkey costs above bare oidc-provider. See docs/performance.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../e2e/free-port.ts';
import { openTestStorage } from '../e2e/test-storage.ts';
import { trustDomain, writeCertificates, writeReceiptKeys } from './certificates.ts';
import { type Contestant, compare, createContestant, type Plan, ratio } from './compare.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { printReport, type Report, summarise } from './report.ts';
import { storeCallsPerLogin } from './store-calls.ts';
import { timeEnumeration } from './timing.ts';
import { settle } from './workload.ts';

const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const plan: Plan = options.quick
  ? { rounds: 5, perTurn: 60, lanes: 8, warmUp: 150 }
  : { rounds: 15, perTurn: 200, lanes: 8, warmUp: 600 };
const timingSamples = options.quick ? 200 : 2000;

type Engine = 'sqlite' | 'mongodb';

await using resources = new AsyncDisposableStack();
const engines: Engine[] = process.env.TEST_MONGO_URL ? ['sqlite', 'mongodb'] : ['sqlite'];
const contestants: Contestant[] = [];
for (const name of ['bare', 'bare again'])
  contestants.push(await createContestant(name, resources.use(await startMeasured('bare.ts')), plan));
for (const engine of engines)
  contestants.push(await createContestant(engine, await startLatchkey(engine), plan));
contestants.push(await createContestant('split', await startSplit(), plan));
const measured = await compare(contestants, plan);
const [logins] = measured;
if (!logins) throw new Error('nothing was measured');

const report: Report = {
  plan,
  measured: summarise(measured),
  hop: ratio(logins, 'split', 'sqlite'),
  storeCalls: {},
  timing: [],
  leftOut: engines.includes('mongodb') ? [] : ['MongoDB: TEST_MONGO_URL is not set'],
};
for (const engine of engines)
  report.storeCalls[engine] = await storeCallsPerLogin(
    await startLatchkey(engine, { BENCH_COUNT_CALLS: '1' }),
  );
const { origin, setupLink } = await startLatchkey('sqlite');
report.timing = await timeEnumeration(await settle(origin, setupLink), timingSamples);

if (options.json) console.log(JSON.stringify(report, undefined, 2));
else printReport(report);

/** Provider and passkey manager as two processes, with mutual TLS between them: what both take together. */
async function startSplit(): Promise<MeasuredProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = join(folder, 'certificates');
  await writeCertificates(certificates);
  const services = { LATCHKEY_CERTIFICATES: certificates, LATCHKEY_TRUST_DOMAIN: trustDomain };
  const port = await freePort();
  const issuer = `http://localhost:${await freePort()}`;
  const service = resources.use(
    await startMeasured('passkeys.ts', {
      ...services,
      LATCHKEY_ISSUER: issuer,
      LATCHKEY_DATA_DIR: join(folder, 'passkeys'),
      LATCHKEY_LISTEN_PORT: String(port),
      LATCHKEY_LOG_FORMAT: 'json',
    }),
  );
  const passkeysUrl = {
    LATCHKEY_PASSKEYS_URL: `https://localhost:${port}`,
    LATCHKEY_RECEIPT_KEYS: await writeReceiptKeys(folder),
  };
  const provider = await startLatchkey('sqlite', { ...services, ...passkeysUrl, LATCHKEY_ISSUER: issuer });
  return { ...provider, cpu: async () => (await provider.cpu()) + (await service.cpu()) };
}

/** As an operator would run it, but for the rate limit: all requests come from one address. */
async function startLatchkey(engine: Engine, more: Record<string, string> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  const storage = await openTestStorage(engine, dataDir);
  resources.defer(storage.remove);
  const settings = {
    LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_RATE_LIMIT: '100000',
    ...storage.settings,
    ...more,
  };
  return resources.use(await startMeasured('latchkey.ts', settings));
}
