import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../e2e/free-port.ts';
import { openTestStorage } from '../e2e/test-storage.ts';
import { trustDomain, writeCertificates, writeReceiptKeys } from './certificates.ts';
import { addMachine } from './machine.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

export type Engine = 'sqlite' | 'mongodb';

/** Starts what is measured; everything ends with `resources`. */
export function createServers(resources: AsyncDisposableStack) {
  async function temporary(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async function settingsOf(engine: Engine, more: Record<string, string> = {}) {
    const dataDir = await temporary();
    const storage = await openTestStorage(engine, dataDir);
    resources.defer(storage.remove);
    return {
      LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
      LATCHKEY_DATA_DIR: dataDir,
      LATCHKEY_LOG_FORMAT: 'json',
      LATCHKEY_FIDO_METADATA_URL: 'off',
      LATCHKEY_RATE_LIMIT: '100000',
      ...storage.settings,
      ...more,
    };
  }

  /** As an operator would run it, but for the rate limit: all requests come from one address. */
  const latchkey = async (engine: Engine, more: Record<string, string> = {}) =>
    started('latchkey.ts', await settingsOf(engine, more));

  async function started(program: string, settings: Readonly<Record<string, string>>) {
    const process = resources.use(await startMeasured(program, settings));
    return { ...process, machine: await addMachine(settings) };
  }

  return {
    settingsOf,
    started,
    latchkey,
    /** Bare oidc-provider. */
    bare: async () => resources.use(await startMeasured('bare.ts')),
    /** The same, with its records in a file. */
    bareOnSqlite: async () =>
      resources.use(await startMeasured('bare.ts', { BENCH_SQLITE: join(await temporary(), 'bare.sqlite') })),
    /** With an audit that writes nothing down. */
    unaudited: async (engine: Engine) => started('unaudited.ts', await settingsOf(engine)),
    /** Provider and passkey manager as two processes, with mutual TLS between them: what both take together. */
    async split(): Promise<MeasuredProcess> {
      const folder = await temporary();
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
          LATCHKEY_FIDO_METADATA_URL: 'off',
        }),
      );
      const passkeysUrl = {
        LATCHKEY_PASSKEYS_URL: `https://localhost:${port}`,
        LATCHKEY_RECEIPT_KEYS: await writeReceiptKeys(folder),
      };
      const provider = await latchkey('sqlite', { ...services, ...passkeysUrl, LATCHKEY_ISSUER: issuer });
      return { ...provider, cpu: async () => (await provider.cpu()) + (await service.cpu()) };
    },
  };
}
