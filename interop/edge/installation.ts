/** A proxy in front of providers on one storage, all on the loopback, with a throwaway certificate. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../e2e/free-port.ts';
import { openTestStorage } from '../../e2e/test-storage.ts';
import { type ServerProcess, startServer } from '../../server/testing/faulty-process.ts';
import { makeCertificate, makeClientCertificates } from './certificates.ts';
import { createEdgeClient, type EdgeClient } from './client.ts';
import type { Gateway } from './gateways.ts';

const launcher = fileURLToPath(new URL('../../bin/latchkey.mjs', import.meta.url));

export interface Provider {
  readonly port: number;
  /** What it printed, since its first start. */
  output(): string;
  /** Stops it as its supervisor would. @returns its exit code */
  stop(): Promise<number | null>;
  start(): Promise<void>;
}

export interface EdgeInstallation {
  /** What the providers are told. */
  issuer: string;
  /** A name that no resolver knows. */
  host: string;
  httpsPort: number;
  authority: string;
  /** Where apps are asked for certificates, and what they have. */
  mtls: { host: string; port: number } & ReturnType<typeof makeClientCertificates>;
  providers: readonly Provider[];
  /** Comes from 127.0.0.2, so that its address is not the proxy's. */
  client: EdgeClient;
  latchkey(...words: string[]): Promise<string>;
  /** What the proxy complained about. */
  complaints(): string;
}

/** Starts two providers where there is MongoDB, else one on SQLite, and the proxy before them. */
export async function openEdge(gateway: Gateway, resources: AsyncDisposableStack): Promise<EdgeInstallation> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-edge-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const host = 'login.example';
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const issuer = `https://${host}:${httpsPort}`;
  const mtls = { host: 'mtls.login.example', port: await freePort(), ...makeClientCertificates(folder) };
  const several = Boolean(process.env.TEST_MONGO_URL);
  const storage = await openTestStorage(several ? 'mongodb' : 'sqlite', folder);
  resources.defer(() => storage.remove());
  const settings = {
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_DATA_DIR: folder,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1/32',
    LATCHKEY_MTLS_URL: `https://${mtls.host}:${mtls.port}`,
    LATCHKEY_CLIENT_CA_FILE: mtls.authorities,
    LATCHKEY_RATE_LIMIT: '100000',
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    ...(several ? storage.settings : { LATCHKEY_SECRET: randomBytes(32).toString('base64url') }),
  };
  const providers: Provider[] = [];
  for (let number = 0; number < (several ? 2 : 1); number++)
    providers.push(await openProvider(settings, resources));
  const { authority, ...files } = makeCertificate(folder, [host, mtls.host]);
  const upstreams = providers.map(({ port }) => `127.0.0.1:${port}`);
  const started = gateway.prepare({
    folder,
    host,
    httpPort,
    httpsPort,
    ...files,
    mtls,
    providers: upstreams,
  });
  const client = createEdgeClient({ host, port: httpsPort, authority, localAddress: '127.0.0.2' });
  resources.defer(() => client.close());
  const output = spawnProxy(gateway.command, started, resources);
  await answering(client, output);
  const run = promisify(execFile);
  return {
    ...{ issuer, host, httpsPort, authority, mtls, providers, client, complaints: output },
    latchkey: async (...words) =>
      (await run(process.execPath, [launcher, ...words], { env: { PATH: process.env.PATH, ...settings } }))
        .stdout,
  };
}

async function openProvider(
  settings: Readonly<Record<string, string>>,
  resources: AsyncDisposableStack,
): Promise<Provider> {
  const port = await freePort();
  const own = { ...settings, LATCHKEY_LISTEN_PORT: String(port) };
  let printed = '';
  let running: ServerProcess;
  const start = async () => {
    running = await startServer(own);
  };
  await start();
  resources.defer(() => running[Symbol.asyncDispose]());
  return {
    port,
    output: () => printed + running.output(),
    start,
    async stop() {
      running.signal('SIGTERM');
      const { code } = await running.exited;
      printed += running.output();
      return code;
    },
  };
}

function spawnProxy(
  command: string,
  { args, env }: ReturnType<Gateway['prepare']>,
  resources: AsyncDisposableStack,
): () => string {
  const child: ChildProcess = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  resources.defer(async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 2000);
    await exited;
    clearTimeout(late);
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk));
  return () => printed;
}

async function answering(client: EdgeClient, output: () => string): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until; await delay(50)) {
    const answer = await client.get('/health/ready').catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error(`the proxy did not come up:\n${output()}`);
}
