import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../e2e/free-port.ts';
import { startMeasured } from './measured-process.ts';
import { createLane, settle } from './workload.ts';
import { trustDomain, writeCertificates } from './certificates.ts';
const [rounds, per, profile] = [Number(process.argv[2] ?? 8), Number(process.argv[3] ?? 200), process.argv[4]];
const folder = await mkdtemp('/tmp/lk-');
const certificates = join(folder, 'certificates'); await writeCertificates(certificates);
const services = { LATCHKEY_CERTIFICATES: certificates, LATCHKEY_TRUST_DOMAIN: trustDomain, LATCHKEY_LOG_FORMAT: 'json' };
const port = await freePort(); const issuer = `http://localhost:${await freePort()}`;
if (profile === 'service') process.execArgv.push('--cpu-prof', '--cpu-prof-dir=/tmp/prof-service');
const service = await startMeasured('passkeys.ts', { ...services, LATCHKEY_ISSUER: issuer, LATCHKEY_DATA_DIR: join(folder, 'p'), LATCHKEY_LISTEN_PORT: String(port) });
process.execArgv.length = 0; if (profile === 'provider') process.execArgv.push('--cpu-prof', '--cpu-prof-dir=/tmp/prof-provider');
const provider = await startMeasured('latchkey.ts', { ...services, LATCHKEY_ISSUER: issuer, LATCHKEY_DATA_DIR: join(folder, 'a'), LATCHKEY_RATE_LIMIT: '100000', LATCHKEY_PASSKEYS_URL: `https://localhost:${port}` });
process.execArgv.length = 0;
const one = await startMeasured('latchkey.ts', { LATCHKEY_LOG_FORMAT: 'json', LATCHKEY_ISSUER: `http://localhost:${await freePort()}`, LATCHKEY_DATA_DIR: join(folder, 'b'), LATCHKEY_RATE_LIMIT: '100000' });
const cpu: any = { split: async () => [await provider.cpu(), await service.cpu()], one: async () => [await one.cpu(), 0] };
const lanes: any = {};
async function turn(name: string, n: number) { const b = await cpu[name](); await Promise.all(lanes[name].map(async (l: any) => { for (let i = 0; i < n / 8; i++) await l.login(); })); const a = await cpu[name](); return [(a[0] - b[0]) / n / 1000, (a[1] - b[1]) / n / 1000]; }
for (const [n, p] of [['split', provider], ['one', one]] as const) { const w = await settle(p.origin, p.setupLink); lanes[n] = await Promise.all(Array.from({ length: 8 }, () => createLane(w))); await turn(n, Number(process.env.WARM ?? 1500)); }
const med = (a: number[]) => a.toSorted((x, y) => x - y)[a.length >> 1]!;
const s: number[][] = [], o: number[][] = [];
for (let i = 0; i < rounds; i++) { s.push(await turn('split', per)); o.push(await turn('one', per)); }
console.log('one', med(o.map((x) => x[0]!)).toFixed(2), 'provider', med(s.map((x) => x[0]!)).toFixed(2), 'service', med(s.map((x) => x[1]!)).toFixed(2), 'ratio', med(s.map((x, i) => (x[0]! + x[1]!) / o[i]![0]!)).toFixed(3));
for (const p of [provider, service, one]) await p[Symbol.asyncDispose]();
await rm(folder, { recursive: true });
