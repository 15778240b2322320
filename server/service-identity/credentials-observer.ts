import type { Log } from '../log.ts';
import { daysLeft, needsRenewal } from './lifetime.ts';
import type { LoadedCredentials } from './load-credentials.ts';
import type { ServiceName } from './spiffe-id.ts';

/** Says what an operator should know of the credentials of a service, each thing once. */
export interface CredentialsObserver {
  /** Runs it; what it throws is logged as `event`, unless it was just so before. */
  attempt<T>(event: string, work: () => T): T | undefined;
  /** Warns of what ends soon, or has ended. */
  look(loaded: LoadedCredentials, now: number): void;
}

export function createObserver({
  name: service,
  log,
}: {
  name: ServiceName;
  log: Pick<Log, 'warn' | 'error'>;
}): CredentialsObserver {
  const lastFailures = new Map<string, string>();
  let said = new Set<string>();

  function look(loaded: LoadedCredentials, now: number): void {
    const { own, revocationValidUntil } = loaded;
    const found = new Map<string, () => void>();
    const facts = { service, serialNumber: own.serialNumber };
    const daysUntilEnd = Math.round(daysLeft(own, now) * 100) / 100;
    if (loaded.isRevoked(own.serialNumber))
      found.set('revoked', () => log.error(facts, 'our own certificate is revoked: others refuse it'));
    if (now >= own.notAfter)
      found.set('expired', () => log.error(facts, 'our own certificate has expired: others refuse it'));
    else if (needsRenewal(own, now))
      found.set('ends soon', () =>
        log.warn({ ...facts, daysUntilEnd }, 'our own certificate is not renewed'),
      );
    if (revocationValidUntil !== undefined && now >= revocationValidUntil)
      found.set('list', () =>
        log.error(
          { service, revocationValidUntil },
          'the revocation list is out of date: every service is refused until there is a new one',
        ),
      );
    for (const [what, say] of found) if (!said.has(`${what} ${own.serialNumber}`)) say();
    said = new Set([...found.keys()].map((what) => `${what} ${own.serialNumber}`));
  }

  return {
    look,
    attempt(event, work) {
      try {
        const result = work();
        lastFailures.delete(event);
        return result;
      } catch (err) {
        if (lastFailures.get(event) !== String(err)) log.error({ service, err }, event);
        lastFailures.set(event, String(err));
        return undefined;
      }
    },
  };
}
