import { type Administration, administrationFor } from '../admin/administration.ts';
import { createAudit, type RecordAudit } from '../audit/audit.ts';
import { type Config, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { OpenedPasskeys } from '../open-passkeys.ts';
import { checkInstallation } from '../secret/check-installation.ts';
import { type OpenSecret, openSecret } from '../secret/secret-file.ts';
import type { Storage } from '../storage.ts';
import type { Surroundings } from './surroundings.ts';

/** An installation as a command sees it, beside the server that may be running. */
export interface OpenInstallation {
  config: Config;
  secret: OpenSecret;
  storage: Storage;
  record: RecordAudit;
}

/**
 * Opens the installation that the settings name, checks the secret first, and closes it after `work`.
 * @throws ConfigError, StorageError
 */
export async function withInstallation<T>(
  { env, openStorage, now }: Surroundings,
  work: (installation: OpenInstallation) => Promise<T>,
): Promise<T> {
  const config = readConfig(env);
  const secret = openSecret(config, { create: false });
  await using storage = await openStorage({
    url: config.storageUrl,
    role: 'command',
    schema: 'check',
    waitUntilReady: true,
  });
  await checkInstallation(storage.installation, { secret, now: now() });
  const audit = createAudit({ events: storage.auditEvents, now, log: commandLog() });
  try {
    return await work({ config, secret, storage, record: audit.record });
  } finally {
    await audit.flush();
  }
}

/** What an administrator may do, done by the machine itself. */
export function withAdministration<T>(
  surroundings: Surroundings,
  work: (administration: Administration) => Promise<T>,
): Promise<T> {
  return withInstallation(surroundings, async (installation) => {
    const { config, secret, storage, record } = installation;
    await using passkeys = await openPasskeysFor(installation, surroundings.now);
    const dependencies = {
      storage,
      administration: passkeys.as('administration'),
      hash: secret.hash,
      issuer: config.issuer,
      signUp: config.signUp,
      record,
      now: surroundings.now,
    };
    return await work(administrationFor({ kind: 'machine' }, dependencies));
  });
}

/** The passkey manager, here or elsewhere, as whoever administers the machine may use it. */
export async function openPasskeysFor(
  { config, secret, storage }: OpenInstallation,
  now: () => number,
): Promise<OpenedPasskeys> {
  const { openPasskeys } = await import('../open-passkeys.ts');
  if (config.passkeysUrl !== undefined) await renewOwn(config, now);
  return openPasskeys({ config, secret, storage, log: commandLog(), now });
}

/** Whoever has the authority at hand is an administrator in any case: a certificate that ran out stops nobody. */
async function renewOwn({ certificates: directory, trustDomain }: Config, now: () => number): Promise<void> {
  const { keepRenewed } = await import('../certificates/keep-renewed.ts');
  const signal = AbortSignal.abort();
  await keepRenewed({ directory, trustDomain, names: ['administration'], now, log: commandLog(), signal });
}

/** Standard output is for what was asked: what goes wrong beside it goes to standard error. */
export function commandLog() {
  return createLog({ level: 'warn', format: 'json', destination: process.stderr });
}
