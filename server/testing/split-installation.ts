/** A whole installation in two parts, in the test's own process: a provider, and a passkey manager behind mutual TLS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '../../adapters/open.ts';
import { type Config, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { run } from '../passkeys/remote/main.ts';
import { toPin } from '../receipts/pinned-keys.ts';
import { serviceNames } from '../service-identity/spiffe-id.ts';
import type { Storage } from '../storage.ts';
import { createAuthority, type TestAuthority, writeFolder } from './certificates.ts';
import { freePort, startInstallation, type TestInstallation } from './installation.ts';

export const trustDomain = 'split.example';

export interface SplitInstallation extends TestInstallation {
  readonly authority: TestAuthority;
  readonly certificates: string;
  readonly service: {
    readonly config: Config;
    /** Opened beside the service, as a command opens it. */
    readonly storage: Storage;
    /** Every line logged so far. */
    readonly log: string[];
    stop(): Promise<void>;
    start(): Promise<void>;
  };
}

export async function startSplitInstallation(
  settings: Record<string, string> = {},
  /** Of the passkey manager alone. */
  managerSettings: Record<string, string> = {},
): Promise<SplitInstallation> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-split-'));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = join(folder, 'certificates');
  const authority = await createAuthority({ trustDomain });
  for (const name of serviceNames)
    writeFolder(certificates, name, {
      ...(await authority.issue({ name })),
      authorities: authority.certificate,
    });
  const issuer = `http://localhost:${await freePort()}`;
  const services = {
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_CERTIFICATES: certificates,
    LATCHKEY_TRUST_DOMAIN: trustDomain,
  };
  const port = await freePort();
  const config = readConfig({
    ...services,
    LATCHKEY_FIDO_METADATA_URL: 'off',
    ...managerSettings,
    LATCHKEY_DATA_DIR: join(folder, 'passkeys'),
    LATCHKEY_LISTEN_PORT: String(port),
  });
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  let running: AsyncDisposableStack | undefined;
  const start = async () => {
    running = (await run(config, createLog({ level: 'debug', format: 'json', destination }))).resources;
  };
  const stop = async () => {
    await running?.disposeAsync();
    running = undefined;
  };
  await start();
  made.defer(stop);
  const storage = made.use(
    await openStorage({ url: config.storageUrl, role: 'command', schema: 'check', waitUntilReady: true }),
  );
  const receiptKeys = join(folder, 'receipt-keys.json');
  const keys = toPin(await storage.receiptKeys.list(), Date.now());
  await writeFile(receiptKeys, JSON.stringify({ keys }));
  const passkeysUrl = {
    LATCHKEY_PASSKEYS_URL: `https://localhost:${port}`,
    LATCHKEY_RECEIPT_KEYS: receiptKeys,
  };
  const provider = made.use(await startInstallation({ ...services, ...passkeysUrl, ...settings }));
  const whole = made.move();
  return {
    ...provider,
    origin: issuer,
    authority,
    certificates,
    service: { config, storage, log, stop, start },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
