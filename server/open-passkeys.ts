import type { NewAuditEvent } from './audit/audit.ts';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';
import { createPasskeyManager, type OpenPasskeyManager } from './passkeys/create-manager.ts';
import type { PasskeyManagerDependencies, RefusedCeremony } from './passkeys/dependencies.ts';
import type { CallerIdentity, CeremonyPurpose, PasskeyManager } from './passkeys/manager.ts';
import { passkeyManagerName } from './receipts/receipt.ts';
import type { Secret } from './secret/secret.ts';

export interface PasskeysHere {
  config: Config;
  secret: Pick<Secret, 'hash' | 'seal' | 'open'>;
  storage: PasskeyManagerDependencies['storage'];
  log: Log;
  now: () => number;
  onRefused?: (refused: RefusedCeremony) => void;
}

/** A refused ceremony, as the audit has it. */
export function refusedCeremony({ reason, purpose, passkeyId }: RefusedCeremony): NewAuditEvent {
  const type = purpose === 'register' ? 'passkey.registration_refused' : 'sign_in.failed';
  return { type, reason, details: { purpose }, ...(passkeyId ? { passkeyId } : undefined) };
}

/** What happens on the way to a passkey manager elsewhere. */
export interface LinkEvents {
  onRefusedCall?: (call: { caller: CallerIdentity; method: string }) => void;
  onState?: (caller: CallerIdentity, state: 'up' | 'down') => void;
  /** @param notAfter when the caller's certificate expires, epoch milliseconds */
  onConnected?: (caller: CallerIdentity, notAfter: () => number) => void;
}

export type OpenedPasskeys = OpenPasskeyManager & AsyncDisposable;

/** The passkey manager where the settings say that it is: in this process, or behind `LATCHKEY_PASSKEYS_URL`. */
export async function openPasskeys(here: PasskeysHere, events: LinkEvents = {}): Promise<OpenedPasskeys> {
  const { config } = here;
  if (config.passkeysUrl === undefined)
    return { ...managerHere(here), [Symbol.asyncDispose]: async () => {} };
  return openElsewhere({ ...here, url: config.passkeysUrl }, events);
}

/** The passkey manager of this process. */
export function managerHere({ config, secret, ...rest }: PasskeysHere): OpenPasskeyManager {
  return createPasskeyManager({
    ...rest,
    relyingParties: config.relyingParties,
    rpName: config.brand.name,
    hash: secret.hash,
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
