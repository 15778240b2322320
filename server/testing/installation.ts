/** A whole server in the test's own process, on a free port, with data of its own. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../adapters/open.ts';
import { aboutThisServer } from '../about-this-server.ts';
import { administrationFor } from '../admin/administration.ts';
import type { Administration } from '../admin/operations.ts';
import { searchAudit } from '../audit/search.ts';
import { type Config, readConfig } from '../config.ts';
import type { Readiness } from '../http/health.ts';
import { createLog, type Log } from '../log.ts';
import { type Given, run } from '../main.ts';
import { openMailer } from '../open-mail.ts';
import { openOutbound } from '../open-outbound.ts';
import { managerHere, openPasskeys } from '../open-passkeys.ts';
import { openSessions } from '../open-sessions.ts';
import { openSigningKeyring } from '../open-signing-keys.ts';
import type { OpenPasskeyManager } from '../passkeys/create-manager.ts';
import { checkInstallation } from '../secret/check-installation.ts';
import { type OpenSecret, openSecret } from '../secret/secret-file.ts';
import type { Storage } from '../storage.ts';

export interface TestInstallation extends AsyncDisposable {
  readonly origin: string;
  readonly config: Config;
  readonly secret: OpenSecret;
  /** Opened beside the server, as a command opens it. */
  readonly storage: Storage;
  /** What the machine itself may do. */
  readonly administration: Administration;
  /** Every line logged so far. */
  readonly log: string[];
}

/** What the passkey manager knows of authenticators, and what answers at addresses of apps. */
export type GivenToTest = Pick<Given, 'models' | 'outbound'>;

/**
 * @param open what the server opens its storage with; the installation's own `storage` is always a sound one
 * @param given what stands for the world outside
 */
export async function startInstallation(
  settings: Record<string, string> = {},
  open = openStorage,
  given: GivenToTest = {},
): Promise<TestInstallation> {
  await using made = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  made.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { LATCHKEY_ISSUER: said = '' } = settings;
  // One that starts again is where it was.
  const origin = said.startsWith('http://localhost:') ? said : `http://localhost:${await freePort()}`;
  const config = readConfig({
    LATCHKEY_ISSUER: origin,
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_RATE_LIMIT: '100000',
    LATCHKEY_FIDO_METADATA_URL: 'off',
    ...settings,
  });
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const server = await run(config, createLog({ level: 'debug', format: 'json', destination }), {
    open: async (options) => withoutClock(await open(options)),
    ...given,
  });
  made.use(server.resources);
  await untilReady(server.readiness);
  const secret = openSecret(config);
  const storage = made.use(
    await openStorage({ url: config.storageUrl, role: 'command', schema: 'check', waitUntilReady: true }),
  );
  await checkInstallation(storage.installation, { secret, now: Date.now() });
  const passkeys = made.use(await openPasskeys({ config, secret, storage, now: Date.now, log: silent }));
  const administration = administrationOf({ config, secret, storage }, passkeys);
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

/** Tests turn the clock of this process, and the database has its own: see `clocks.test.ts`. */
function withoutClock({ clock: _, ...storage }: Storage): Storage {
  return storage;
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

const nothing = () => {};
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/** What the machine itself may do. */
export function administrationOf(
  { config, secret, storage }: Pick<TestInstallation, 'config' | 'secret' | 'storage'>,
  manager: OpenPasskeyManager = managerHere({ config, secret, storage, now: Date.now, log: silent }),
): Administration {
  const now = () => Date.now();
  return administrationFor(
    { kind: 'machine' },
    {
      storage,
      administration: manager.as('administration'),
      ...openSessions({ storage, secret, findApp: storage.apps.findById, now }),
      hash: secret.hash,
      mail: openMailer({ config, secret, storage, now }),
      issuer: config.issuer,
      askAddress: openOutbound(config).ask,
      examineAddress: openOutbound(config).examine,
      searchAudit: (search) => searchAudit({ storage, secret }, search),
      server: aboutThisServer({ config, storage, env: {}, examine: async () => [] }),
      signingKeys: openSigningKeyring({ config, storage, secret, record: async () => true, now }),
      signUp: config.signUp,
      audit: { record: async () => true, change: (_event, work) => work(() => {}), forget: async () => {} },
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
