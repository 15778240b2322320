/** A whole server in the test's own process, on a free port, with data of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../adapters/open.ts';
import { type Administration, administrationFor } from '../admin/administration.ts';
import { type Config, readConfig } from '../config.ts';
import type { Readiness } from '../http/health.ts';
import { createLog } from '../log.ts';
import { run } from '../main.ts';
import { createPasskeyManager } from '../passkeys/create-manager.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import type { Secret } from '../secret/secret.ts';
import { openSecret } from '../secret/secret-file.ts';
import type { Storage } from '../storage.ts';

export interface TestInstallation extends AsyncDisposable {
  readonly origin: string;
  readonly config: Config;
  readonly secret: Secret;
  /** Opened beside the server, as a command opens it. */
  readonly storage: Storage;
  /** What the machine itself may do. */
  readonly administration: Administration;
  /** Every line logged so far. */
  readonly log: string[];
}

/** @param open what the server opens its storage with; the installation's own `storage` is always a sound one */
export async function startInstallation(
  settings: Record<string, string> = {},
  open = openStorage,
): Promise<TestInstallation> {
  await using made = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  made.defer(() => rm(dataDir, { recursive: true, force: true }));
  const origin = `http://localhost:${await freePort()}`;
  const config = readConfig({
    LATCHKEY_ISSUER: origin,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_RATE_LIMIT: '100000',
    ...settings,
  });
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const server = await run(config, createLog({ level: 'debug', format: 'json', destination }), open);
  made.use(server.resources);
  await untilReady(server.readiness);
  const secret = openSecret(config);
  const storage = made.use(
    await openStorage({ url: config.storageUrl, role: 'command', schema: 'check', waitUntilReady: true }),
  );
  const administration = administrationOf({ config, secret, storage });
  const running = made.move();
  return {
    origin,
    config,
    secret,
    storage,
    administration,
    log,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** On MongoDB a server listens before it is ready. */
async function untilReady({ checks }: Readiness): Promise<void> {
  for (const until = Date.now() + 30_000; ; await delay(20)) {
    try {
      await Promise.all(Object.values(checks).map((check) => check()));
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

/** What the machine itself may do. */
export function administrationOf({
  config,
  secret,
  storage,
}: Pick<TestInstallation, 'config' | 'secret' | 'storage'>): Administration {
  const now = () => Date.now();
  const manager = createPasskeyManager({
    storage,
    relyingParties: config.relyingParties,
    rpName: config.brand.name,
    hash: secret.hash,
    receipts: { issuer: passkeyManagerName, audience: config.issuer, secret },
    now,
    log: { warn: () => {} },
  });
  return administrationFor(
    { kind: 'machine' },
    {
      storage,
      enrolment: manager.as('enrolment'),
      administration: manager.as('administration'),
      hash: secret.hash,
      issuer: config.issuer,
      signUp: config.signUp,
      record: async () => true,
      now,
    },
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
