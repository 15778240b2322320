import { aboutThisServer } from '../about-this-server.ts';
import { administrationFor } from '../admin/administration.ts';
import type { Administration } from '../admin/operations.ts';
import { createAppCache } from '../apps/app-cache.ts';
import { builtinApps } from '../apps/builtin-apps.ts';
import { type Audit, createAudit, type RecordAudit } from '../audit/audit.ts';
import { type AuditSearch, searchAudit } from '../audit/search.ts';
import { type Config, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { findingResealed } from '../oidc/finding-resealed.ts';
import { createPairwiseUse } from '../oidc/pairwise-use.ts';
import type { SigningKeyring } from '../oidc/signing-keyring.ts';
import { openFigures } from '../open-figures.ts';
import { openMailer } from '../open-mail.ts';
import type { OpenedPasskeys } from '../open-passkeys.ts';
import { type OpenedSessions, openSessions } from '../open-sessions.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { checkInstallation } from '../secret/check-installation.ts';
import { lackOfSalt } from '../secret/pairwise-salt.ts';
import { type OpenSecret, openSecret } from '../secret/secret-file.ts';
import type { Storage } from '../storage.ts';
import { ServerError } from './remote/server-error.ts';
import type { Surroundings } from './surroundings.ts';

/** An installation as a command sees it, beside the server that may be running. */
export interface OpenInstallation {
  config: Config;
  secret: OpenSecret;
  storage: Storage;
  /** The same as it was opened: what is found wherever it stands is not sealed anew there. */
  opened: Storage;
  audit: Audit;
  record: RecordAudit;
}

/**
 * Opens the installation that the settings name, checks the secret first, and closes it after `work`.
 * @throws ConfigError, StorageError, ServerError where another server is meant
 */
export async function withInstallation<T>(
  surroundings: Surroundings,
  work: (installation: OpenInstallation) => Promise<T>,
): Promise<T> {
  const { env, openStorage, now } = surroundings;
  const server = surroundings.server();
  if (server !== undefined)
    throw new ServerError(
      'only_here',
      `This is done on the machine of ${server} itself, without LATCHKEY_SERVER and \`--server\`.`,
    );
  const config = readConfig(env);
  const secret = openSecret(config, { create: false });
  await using storage = await openStorage({
    url: config.storageUrl,
    role: 'command',
    schema: 'check',
    waitUntilReady: true,
  });
  await checkInstallation(storage.installation, { secret, now: now() });
  const log = commandLog();
  const audit = createAudit({ storage, secret, now, log });
  const figures = openFigures({ storage, log, now });
  try {
    const { storage: counted } = figures;
    const found = { ...counted, artifacts: findingResealed(counted.artifacts) };
    return await work({ config, secret, storage: found, opened: storage, audit, record: audit.record });
  } finally {
    await audit.flush();
    await figures.flush();
  }
}

/** What an administrator may do: done by the machine itself, or asked of another server. */
export async function withAdministration<T>(
  surroundings: Surroundings,
  work: (administration: Administration) => Promise<T>,
  log = commandLog(),
): Promise<T> {
  const server = surroundings.server();
  if (server !== undefined) {
    const { connect } = await import('./remote/connect.ts');
    return work(await connect(surroundings, server));
  }
  return withInstallation(surroundings, async (installation) => {
    const { config, secret, storage, audit } = installation;
    await beginSalt(installation, surroundings.now);
    await using passkeys = await openPasskeysFor(installation, surroundings.now, log);
    const dependencies = {
      storage,
      administration: passkeys.as('administration'),
      ...sessionsOf(installation, surroundings.now),
      hash: secret.hash,
      mail: openMailer({ ...installation, now: surroundings.now }),
      issuer: config.issuer,
      ...wayOut(config),
      searchAudit: (search: AuditSearch) => searchAudit({ storage, secret }, search),
      server: aboutThisServer({
        config,
        storage,
        env: surroundings.env,
        examine: () => examineHere(surroundings),
      }),
      signingKeys: signingKeysOf(installation, surroundings.now),
      signUp: config.signUp,
      audit,
      now: surroundings.now,
    };
    return await work(administrationFor({ kind: 'machine' }, dependencies));
  });
}

/** Few commands ask anybody: what that takes is loaded then. */
function wayOut(config: Config): { askAddress: Outbound['ask']; examineAddress: Outbound['examine'] } {
  const open = async () => (await import('../open-outbound.ts')).openOutbound(config);
  return {
    askAddress: async (...asked) => (await open()).ask(...asked),
    examineAddress: async (...asked) => (await open()).examine(...asked),
  };
}

/** The same of commands about keys, which come with oidc-provider. */
function signingKeysOf(installation: OpenInstallation, now: () => number): SigningKeyring {
  const open = async () =>
    (await import('../open-signing-keys.ts')).openSigningKeyring({ ...installation, now });
  return {
    algorithms: async () => (await open()).algorithms(),
    list: async () => (await open()).list(),
    rotate: async (asked) => (await open()).rotate(asked),
  };
}

/** An app that is added before the first start depends on it. Where it is gone, a server says so, and does not start. */
async function beginSalt({ storage, secret }: OpenInstallation, now: () => number): Promise<void> {
  const { dependents } = createPairwiseUse({ storage, secret, now });
  await lackOfSalt({ repository: storage.installation, secret, dependents });
}

async function examineHere(surroundings: Surroundings) {
  const { examine } = await import('./doctor/examine.ts');
  return examine(surroundings);
}

/** To end them: apps are told by the server. */
function sessionsOf({ config, secret, storage }: OpenInstallation, now: () => number): OpenedSessions {
  const findApp = createAppCache(storage.apps, { builtin: builtinApps(config) }).find;
  return openSessions({ storage, secret, findApp, now });
}

/** The passkey manager, here or elsewhere, as whoever administers the machine may use it. */
export async function openPasskeysFor(
  { config, secret, storage }: OpenInstallation,
  now: () => number,
  log = commandLog(),
): Promise<OpenedPasskeys> {
  const { openPasskeys } = await import('../open-passkeys.ts');
  if (config.passkeysUrl !== undefined) await renewOwn(config, now);
  return openPasskeys({ config, secret, storage, log, now });
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
