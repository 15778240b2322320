import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { openStorage } from '../../adapters/open.ts';
import { freePort } from '../../e2e/free-port.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { makeFolder } from '../../server/make-folder.ts';
import { createVault } from '../../server/oidc/vault.ts';
import { checkInstallation } from '../../server/secret/check-installation.ts';
import { type OpenSecret, openSecret } from '../../server/secret/secret-file.ts';
import type { Storage } from '../../server/storage.ts';
import { type MeasuredProcess, startMeasured } from '../measured-process.ts';
import { openBulkWriter } from '../seed/in-bulk.ts';
import { seed } from '../seed/seed.ts';

/** An installation with so many people. */
export interface Place {
  people: number;
  config: Config;
  /** From which `config` was read: a server is started with them. */
  settings: Readonly<Record<string, string>>;
  secret: OpenSecret;
  /** Opened beside the server. */
  storage: Storage;
}

/** With its server. */
export interface RunningPlace extends Place {
  server: MeasuredProcess;
}

export async function startPlace(place: Place, resources: AsyncDisposableStack): Promise<RunningPlace> {
  const server = resources.use(await startMeasured('latchkey.ts', place.settings, { isSetUp: true }));
  return { ...place, server };
}

export interface Placing {
  people: number;
  /** Where files lie, and stay; without it they are made anew and removed. */
  folder?: string | undefined;
  /** A MongoDB server, for a database of its own; without it a file. */
  server?: string | undefined;
  resources: AsyncDisposableStack;
}

/** @param now the sign-ins of those who are made are of the days before it */
export async function openPlace({ people, folder, server, resources }: Placing, now: number): Promise<Place> {
  const made = folder === undefined || server !== undefined;
  const dataDir = made
    ? await mkdtemp(join(tmpdir(), `latchkey-growth-${people}-`))
    : join(folder, String(people));
  if (made) resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  else makeFolder(dataDir);
  const settings = {
    LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_LOG_FORMAT: 'json',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    LATCHKEY_RATE_LIMIT: '100000',
    ...(server !== undefined && {
      LATCHKEY_STORAGE: databaseOf(server, { people, resources }),
      LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
    }),
  };
  const config = readConfig(settings);
  const secret = openSecret(config);
  const url = config.storageUrl;
  const storage = resources.use(
    await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true }),
  );
  await checkInstallation(storage.installation, { secret, now });
  const { items } = await storage.accounts.list({ limit: 1 });
  if (items.length === 0) {
    const onProgress = (share: number) =>
      void process.stderr.write(`\r${people} people … ${Math.floor(share * 100)} %`);
    await using writer = server === undefined ? undefined : await openBulkWriter(url);
    await seed({ storage, vault: createVault(secret), people, now, writer, onProgress });
  }
  return { people, config, settings, secret, storage };
}

function databaseOf(
  server: string,
  { people, resources }: { people: number; resources: AsyncDisposableStack },
): string {
  const url = new URL(server);
  url.pathname = `/latchkey-growth-${people}-${randomBytes(4).toString('hex')}`;
  resources.defer(async () => {
    const connection = await mongoose.createConnection(url.href).asPromise();
    await connection.dropDatabase();
    await connection.close();
  });
  return url.href;
}
