import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainSerial } from '../service-identity/certificate.ts';
import { needsRenewal } from '../service-identity/lifetime.ts';
import type { ServiceName } from '../service-identity/spiffe-id.ts';
import { backdated, listLife, type Place, withAuthority } from './authority.ts';
import { placesIn } from './files.ts';
import { issueAll, type Wanted } from './issue.ts';
import { type Issued, latestOf, type Register } from './register.ts';

export interface Renewed {
  renewed: Issued[];
  /** They stay without: whoever revoked them decides when they come back, by issuing. */
  revoked: ServiceName[];
  listValidUntil: number;
}

export interface RenewInput extends Place {
  now: number;
  /** Also what has more than a third of its life left. */
  all?: boolean;
  /** The life of the new ones; that of those before, if absent. */
  hours?: number;
  /** These alone, and also if they never had one; every name that has one, if absent. */
  names?: readonly ServiceName[];
}

const hour = 60 * 60 * 1000;

/** Issues again what has a third of its life left or less, or is not in its folder as a whole; and the list. */
export function renew(input: RenewInput): Promise<Renewed> {
  return withAuthority(input, async (authority) => {
    const { due, revoked } = plan(authority.register, input);
    const renewed = await issueAll(authority, due, input.now);
    return { renewed, revoked, listValidUntil: input.now + listLife };
  });
}

/** Whether there is anything to do, without the key and the lock. */
export function isRenewalDue(register: Register, input: RenewInput): boolean {
  const { listValidUntil } = register;
  const list = { notBefore: listValidUntil - listLife, notAfter: listValidUntil };
  return needsRenewal(list, input.now) || plan(register, input).due.length > 0;
}

function plan(register: Register, input: RenewInput): { due: Wanted[]; revoked: ServiceName[] } {
  const latest = latestOf(register).filter(({ name }) => input.names?.includes(name) ?? true);
  const given = input.hours === undefined ? undefined : input.hours * hour;
  const again = latest.filter(
    (one) => one.revokedAt === undefined && (input.all === true || isDue(one, input)),
  );
  const missing = (input.names ?? []).filter((name) => !latest.some((one) => one.name === name));
  return {
    due: [
      ...again.map((one) => ({ name: one.name, dns: one.dns, lifetimeMs: given ?? lifetimeOf(one) })),
      ...missing.map((name) => ({ name, dns: [], lifetimeMs: given ?? 24 * hour })),
    ],
    revoked: latest.filter(({ revokedAt }) => revokedAt !== undefined).map(({ name }) => name),
  };
}

/** What was asked for when it was made; the moment it was backdated by would add up. */
const lifetimeOf = ({ notBefore, notAfter }: Issued) => notAfter - notBefore + backdated(0);

const isDue = (issued: Issued, { directory, now }: RenewInput) =>
  needsRenewal(issued, now) || !isInPlace(issued, directory);

/** Whether its folder has just this certificate with its key: a crash may have left two halves. */
export function isInPlace({ name, serialNumber }: Issued, directory: string): boolean {
  const folder = placesIn(directory).service(name);
  try {
    const certificate = new X509Certificate(readFileSync(join(folder, 'tls.crt')));
    const key = createPrivateKey(readFileSync(join(folder, 'tls.key')));
    return plainSerial(certificate.serialNumber) === serialNumber && certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}
