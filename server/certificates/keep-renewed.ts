import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { ServiceName } from '../service-identity/spiffe-id.ts';
import { hasAuthority, readAuthority } from './authority.ts';
import { isRenewalDue, renew } from './renew.ts';

export interface KeepRenewedOptions {
  directory: string;
  trustDomain: string;
  /** Whose certificates are kept; one that is missing is made, one that was revoked is not. */
  names: readonly ServiceName[];
  now: () => number;
  log: Pick<Log, 'info' | 'error'>;
  signal: AbortSignal;
  /** How often it looks; 60 if absent. */
  checkSeconds?: number;
}

/**
 * Renews certificates and the revocation list while a server runs, and does nothing where there is no authority.
 * Resolves after the first look, so that what follows finds certificates; never rejects.
 */
export async function keepRenewed(options: KeepRenewedOptions): Promise<void> {
  const look = createLook(options);
  await look();
  void goOn(look, options);
}

async function goOn(
  look: () => Promise<void>,
  { signal, checkSeconds = 60 }: KeepRenewedOptions,
): Promise<void> {
  while (!signal.aborted) {
    await delay(checkSeconds * 1000, undefined, { signal, ref: false }).catch(() => {});
    if (!signal.aborted) await look();
  }
}

/** The same failure is told once, and not every minute. */
function createLook({ log, now, ...place }: KeepRenewedOptions): () => Promise<void> {
  let lastFailure: string | undefined;
  return async () => {
    try {
      if (hasAuthority(place.directory)) await renewIfDue();
      lastFailure = undefined;
    } catch (err) {
      if (lastFailure !== String(err)) log.error({ err }, 'certificates could not be renewed');
      lastFailure = String(err);
    }
  };

  async function renewIfDue(): Promise<void> {
    const input = { ...place, now: now() };
    if (!isRenewalDue(readAuthority(place).register, input)) return;
    const { renewed, listValidUntil } = await renew(input);
    for (const { name, serialNumber, notAfter } of renewed)
      log.info({ service: name, serialNumber, notAfter }, 'certificate renewed');
    log.info({ listValidUntil }, 'revocation list published');
  }
}
