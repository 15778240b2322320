/** What probes of the passkey manager have to work with, and how they say what they saw. */
import type { ThrowawayShape } from '../certificates/throwaway.ts';
import { type ServiceName, spiffeId } from '../service-identity/spiffe-id.ts';
import type { CallerCertificate, Place } from './caller.ts';
import { NoMeansError } from './verify.ts';

export interface ManagerContext {
  /** Absent where the passkey manager is in the same process: then there is no way between the two. */
  manager?: Place & {
    trustDomain: string;
    /** The certificates that lie here. */
    identities: ReadonlyMap<ServiceName, CallerCertificate>;
    /** By an authority that nobody believes. */
    stranger(name: ServiceName): Promise<CallerCertificate>;
    /** By the authority itself, where it lies here. */
    authority?: {
      sign(shape: ThrowawayShape): Promise<CallerCertificate & { serialNumber: string }>;
      revoke(serialNumber: string): Promise<void>;
    };
  };
  /** Tells a person why it takes a while. */
  onWait?: (what: string) => void;
}

type Manager = NonNullable<ManagerContext['manager']>;

export const inOneProcess = 'the passkey manager is in the same process: there is no connection';

export function managerOf({ manager }: ManagerContext): Manager {
  if (!manager) throw new NoMeansError(inOneProcess);
  return manager;
}

export function certificateFor({ identities }: Manager, name: ServiceName): CallerCertificate {
  const found = identities.get(name);
  if (!found) throw new NoMeansError(`the certificate of ${name} is not here`);
  return found;
}

/** One that may ask anything is as good as another. */
export function anyCertificate({ identities }: Manager): CallerCertificate {
  const [first] = identities.values();
  if (!first) throw new NoMeansError('there is no certificate here');
  return first;
}

export function authorityOf({ authority }: Manager): NonNullable<Manager['authority']> {
  if (!authority) throw new NoMeansError('the authority is not here, so nothing can be signed to be refused');
  return authority;
}

/** The name at the end of `spiffe://{trustDomain}/provider`. */
export function nameOf(identity: string, { trustDomain }: Manager): ServiceName {
  const name = identity.split('/').at(-1) as ServiceName;
  if (spiffeId(trustDomain, name) !== identity) throw new Error(`${identity} is not of ${trustDomain}`);
  return name;
}

export const minute = 60_000;

/** A request that may be made is answered, if only with what is wrong with it; one that may not is forbidden. */
export function said(answer: number | 'no answer'): 'answer' | 'refused' | 'no answer' | `status ${number}` {
  if (answer === 'no answer' || answer >= 500) return answer === 'no answer' ? answer : `status ${answer}`;
  return answer === 403 ? 'refused' : 'answer';
}

/** Whether a caller was listened to, whatever it was told. */
export const heard = (answer: number | 'no answer') => (answer === 'no answer' ? answer : 'heard');

/** @param steps what was tried, what must come of it, and what came */
export function compared(steps: readonly (readonly [string, string, string])[]) {
  const line = (which: 1 | 2) => steps.map((step) => `${step[0]}: ${step[which]}`).join('; ');
  return { expected: line(1), seen: line(2), matches: line(1) === line(2) };
}
