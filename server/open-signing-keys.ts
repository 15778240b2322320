/** The keys that sign tokens, for the server and for commands beside it. */
import type { Provider } from 'oidc-provider';
import type { RecordAudit } from './audit/audit.ts';
import type { Config } from './config.ts';
import { createSigner } from './external-signing/signer.ts';
import { readSignerCredentials } from './external-signing/signer-credentials.ts';
import type { Log } from './log.ts';
import { createKeyKeeper } from './oidc/key-keeper.ts';
import { type KeySet, openSigningKeys, readSigningKeys } from './oidc/keys.ts';
import { longestLife } from './oidc/lifetimes.ts';
import { type LiveProvider, openLiveProvider } from './oidc/live-provider.ts';
import { keyAlgorithms, signatureAlgorithms } from './oidc/signing-algorithms.ts';
import { createSigningKeyring, type SigningKeyring } from './oidc/signing-keyring.ts';
import type { Secret } from './secret/secret.ts';
import type { Storage } from './storage.ts';

interface Parts {
  config: Pick<Config, 'signingKeys' | 'lifetimes'>;
  storage: Pick<Storage, 'signingKeys' | 'leases'>;
  secret: Pick<Secret, 'seal' | 'open'>;
  log?: Pick<Log, 'info' | 'warn' | 'error'>;
  now: () => number;
}

/** A server whose files for the signer are no good does not start. @throws ConfigError */
export function requireSignerFiles(
  { signingKeys: { signer } }: Pick<Config, 'signingKeys'>,
  now: number,
): void {
  if (signer) readSignerCredentials(signer.files, now);
}

const day = 24 * 60 * 60 * 1000;

function keyParts(parts: Parts) {
  const { config, storage, secret, log, now } = parts;
  const { signingKeys, leases } = storage;
  const { days } = config.signingKeys;
  const schedule = {
    // What is signed ends before the sign-in does that it comes from; and so long apps may bring it back as a hint.
    verifies: longestLife(config) * 1000,
    ...(days !== undefined && { signs: days * day }),
  };
  const { signer: where } = config.signingKeys;
  const keys = {
    signingKeys,
    algorithms: keyAlgorithms(config),
    ...(where && { signer: createSigner(where, { now, ...(log && { log }) }) }),
  };
  return { ...keys, leases, secret, schedule, now };
}

/** For those who administer. */
export function openSigningKeyring(parts: Parts & { record: RecordAudit }): SigningKeyring {
  return createSigningKeyring(
    { ...keyParts(parts), record: parts.record },
    signatureAlgorithms(parts.config),
  );
}

interface ServerParts extends Parts {
  secret: Pick<Secret, 'seal' | 'open' | 'keyId'>;
  audit: { record: RecordAudit };
  log: Log;
  every: (ms: number, chore: () => Promise<void>) => void;
  /** Hears that another process may have changed what is kept. */
  alsoClear: (cache: { clear(): void }) => void;
}

/** For a server: keeps to the schedule, and follows what others change within two seconds. */
export async function openProviderWithKeys(
  parts: ServerParts,
  make: (keys: KeySet) => Provider,
): Promise<LiveProvider> {
  const dependencies = { ...keyParts(parts), record: parts.audit.record };
  const live = await openLiveProvider({
    open: () => openSigningKeys({ ...dependencies, log: parts.log }),
    read: () => readSigningKeys(dependencies),
    make,
    secretId: () => parts.secret.keyId,
    signer: dependencies.signer,
    now: parts.now,
  });
  parts.alsoClear(live);
  parts.every(250, live.follow);
  parts.every(60_000, createKeyKeeper(dependencies));
  return live;
}
