import { needsRenewal } from '../service-identity/lifetime.ts';
import type { ServiceName } from '../service-identity/spiffe-id.ts';
import { type Place, readAuthority } from './authority.ts';
import { type Issued, latestOf } from './register.ts';
import { isInPlace } from './renew.ts';

/** `due`: works yet, and should have been renewed. `misplaced`: its folder has another one, or half of it. */
export type CertificateState = 'valid' | 'due' | 'expired' | 'revoked' | 'misplaced';

export interface CertificateStatus {
  trustDomain: string;
  /** Nothing that it vouches for is believed otherwise. */
  healthy: boolean;
  authority: { notAfter: number; state: 'valid' | 'due' | 'expired' };
  /** The revocation list. */
  list: { validUntil: number; state: 'valid' | 'expired' };
  certificates: { name: ServiceName; serialNumber: string; notAfter: number; state: CertificateState }[];
}

const year = 365 * 24 * 60 * 60 * 1000;

/** How the authority and the last certificate of each service stand. */
export function statusOf(input: Place & { now: number }): CertificateStatus {
  const { directory, now } = input;
  const { register, notAfter } = readAuthority(input);
  const list = {
    validUntil: register.listValidUntil,
    state: now >= register.listValidUntil ? 'expired' : 'valid',
  } as const;
  const authority = { notAfter, state: authorityState(notAfter, now) };
  const certificates = latestOf(register).map((one) => ({
    name: one.name,
    serialNumber: one.serialNumber,
    notAfter: one.notAfter,
    state: stateOf(one, { directory, now }),
  }));
  const states: string[] = [authority.state, list.state, ...certificates.map(({ state }) => state)];
  const healthy = states.every((state) => state === 'valid' || state === 'due');
  return { trustDomain: register.trustDomain, healthy, authority, list, certificates };
}

function authorityState(notAfter: number, now: number): 'valid' | 'due' | 'expired' {
  if (now >= notAfter) return 'expired';
  return notAfter - now < year ? 'due' : 'valid';
}

function stateOf(one: Issued, { directory, now }: { directory: string; now: number }): CertificateState {
  if (one.revokedAt !== undefined) return 'revoked';
  if (now >= one.notAfter) return 'expired';
  if (!isInPlace(one, directory)) return 'misplaced';
  return needsRenewal(one, now) ? 'due' : 'valid';
}
