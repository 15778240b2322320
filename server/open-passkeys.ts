import type { Audit, NewAuditEvent } from './audit/audit.ts';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import type { ModelCatalogue } from './fido-metadata/catalogue.ts';
import { createFidoMetadata, type FidoMetadata } from './fido-metadata/metadata.ts';
import { readMetadataSettings } from './fido-metadata/settings.ts';
import type { Log } from './log.ts';
import { openRevocationFolder } from './passkeys/attestation/revocation-folder.ts';
import {
  createPasskeyManager,
  type HomePasskeyManager,
  type OpenPasskeyManager,
} from './passkeys/create-manager.ts';
import type { RefusedCeremony } from './passkeys/dependencies.ts';
import type { CallerIdentity, CeremonyPurpose, PasskeyManager } from './passkeys/manager.ts';
import type { ReviewedPasskey } from './passkeys/model-review.ts';
import { passkeyManagerName } from './receipts/receipt.ts';
import type { Secret } from './secret/secret.ts';
import type { PasskeyStorage } from './storage.ts';

export interface PasskeysHere {
  config: Config;
  secret: Pick<Secret, 'hash' | 'hashes' | 'seal' | 'open'>;
  storage: PasskeyStorage;
  log: Log;
  now: () => number;
  onRefused?: (refused: RefusedCeremony) => void;
  onReviewed?: (reviewed: ReviewedPasskey) => void;
  /** Of this process. Where there is none, one is made that is read when it is asked. */
  metadata?: FidoMetadata;
  /** In place of what that says. */
  models?: ModelCatalogue;
}

/** A refused ceremony, as the audit has it. */
function refusedCeremony({ reason, purpose, passkeyId }: RefusedCeremony): NewAuditEvent {
  const type = purpose === 'register' ? 'passkey.registration_refused' : 'sign_in.failed';
  return { type, reason, details: { purpose }, ...(passkeyId ? { passkeyId } : undefined) };
}

/** What was found out about the model of a passkey, as the audit has it. */
function reviewedPasskey({ type, passkeyId, action, ...found }: ReviewedPasskey): NewAuditEvent {
  const details = { aaguid: found.aaguid, statuses: found.statuses.join(' '), action };
  return { type, passkeyId, details };
}

/** The audit, and the log, of the process that the manager is in. */
export function writtenDown(
  record: Audit['record'],
  log: Pick<Log, 'warn'>,
): Pick<PasskeysHere, 'onRefused' | 'onReviewed'> {
  return {
    onRefused: (refused) => void record(refusedCeremony(refused)),
    onReviewed: ({ type, ...reviewed }) => {
      const isBroken = type === 'passkey.model_refused';
      log.warn(reviewed, `the model of a passkey is ${isBroken ? 'broken' : 'sound again'}`);
      void record(reviewedPasskey({ type, ...reviewed }));
    },
  };
}

/** What happens on the way to a passkey manager elsewhere. */
export interface LinkEvents {
  onRefusedCall?: (call: { caller: CallerIdentity; method: string }) => void;
  onState?: (caller: CallerIdentity, state: 'up' | 'down') => void;
  /** @param notAfter when the caller's certificate expires, epoch milliseconds */
  onConnected?: (caller: CallerIdentity, notAfter: () => number) => void;
}

export type OpenedPasskeys = OpenPasskeyManager & Partial<HomePasskeyManager> & AsyncDisposable;

/** The passkey manager where the settings say that it is: in this process, or behind `LATCHKEY_PASSKEYS_URL`. */
export async function openPasskeys(here: PasskeysHere, events: LinkEvents = {}): Promise<OpenedPasskeys> {
  const { config } = here;
  if (config.passkeysUrl === undefined) {
    const metadata = here.metadata ?? metadataHere(here);
    return {
      ...managerHere({ ...here, metadata }),
      [Symbol.asyncDispose]: () => metadata[Symbol.asyncDispose](),
    };
  }
  return openElsewhere({ ...here, url: config.passkeysUrl }, events);
}

/** The FIDO metadata of this process. @throws ConfigError for a file that is not what its setting wants */
export function metadataHere({
  config,
  storage,
  now,
  log,
}: Pick<PasskeysHere, 'config' | 'storage' | 'now' | 'log'>): FidoMetadata {
  const settings = readMetadataSettings(config.fidoMetadata);
  const { fidoMetadata: repository, leases } = storage;
  return createFidoMetadata({ repository, leases, settings, now, log });
}

/** The passkey manager of this process. */
export function managerHere({ config, secret, ...here }: PasskeysHere): HomePasskeyManager {
  const { metadata = metadataHere({ config, ...here }), models = metadata.models, ...rest } = here;
  const { log, now } = rest;
  const isRevoked = openRevocationFolder({ folder: config.attestationRevocations, now, log });
  return createPasskeyManager({
    ...rest,
    attestation: { isRevoked },
    brokenModels: config.brokenModels,
    relyingParties: config.relyingParties,
    models,
    metadata,
    rpName: config.brand.name,
    hash: secret.hash,
    hashes: secret.hashes,
    receipts: { issuer: passkeyManagerName, audience: config.issuer, secret },
  });
}

/** A connection for each identity that is asked for, with that identity's certificate and no other. */
async function openElsewhere(
  { config, log, now, url, onRefused = () => {} }: PasskeysHere & { url: string },
  { onRefusedCall = () => {}, onState = () => {}, onConnected = () => {} }: LinkEvents,
): Promise<OpenedPasskeys> {
  const { connectPasskeyManager } = await import('./passkeys/remote/client.ts');
  const { openCredentials } = await import('./service-identity/credentials.ts');
  const { certificates: directory, trustDomain } = config;
  const resources = new AsyncDisposableStack();
  const open = new Map<CallerIdentity, PasskeyManager>();
  const connect = (caller: CallerIdentity): PasskeyManager => {
    const credentials = resources.use(openCredentials({ directory, name: caller, trustDomain, now, log }));
    const { manager } = resources.use(
      connectPasskeyManager({
        url,
        credentials,
        trustDomain,
        now,
        log,
        onRefused: (method) => onRefusedCall({ caller, method }),
        onState: (state) => onState(caller, state),
      }),
    );
    const reporting = reportRefusals(manager, onRefused);
    open.set(caller, reporting);
    onConnected(caller, () => credentials.current.own.notAfter);
    return reporting;
  };
  return {
    as: (caller) => open.get(caller) ?? connect(caller),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Refused ceremonies stand in the audit of both sides. */
function reportRefusals(
  manager: PasskeyManager,
  onRefused: (refused: RefusedCeremony) => void,
): PasskeyManager {
  const report = (purpose: CeremonyPurpose) => (error: unknown) => {
    if (error instanceof AppError && error.status < 500) onRefused({ reason: error.code, purpose });
    throw error;
  };
  return {
    ...manager,
    finishAuthentication: (input) => manager.finishAuthentication(input).catch(report(input.purpose)),
    finishRegistration: (input) => manager.finishRegistration(input).catch(report('register')),
  };
}
