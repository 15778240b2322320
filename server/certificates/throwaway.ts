import type { ServiceName } from '../service-identity/spiffe-id.ts';
import { type Authority, type Place, withAuthority } from './authority.ts';
import { placesIn, writeFiles } from './files.ts';
import { registerFile } from './register.ts';
import { type KeyAndCertificate, newSerial, signLeaf } from './signing.ts';

export interface Throwaway extends KeyAndCertificate {
  serialNumber: string;
}

/** What it is to be like. Times are epoch milliseconds. */
export interface ThrowawayShape {
  name: ServiceName;
  notBefore: number;
  notAfter: number;
  /** In the place of the authority's own. */
  trustDomain?: string;
  /** Whether the authority remembers it, so that it can be revoked. */
  revocable?: boolean;
}

/** A certificate to see refused. It lies in no folder, and the service of that name keeps the one that it has. */
export function signThrowaway(place: Place, shape: ThrowawayShape, now: number): Promise<Throwaway> {
  return withAuthority(place, async (authority) => {
    const { name, notBefore, notAfter, trustDomain = authority.register.trustDomain } = shape;
    const issued = { serialNumber: newSerial(), name, notBefore, notAfter, dns: [] };
    if (shape.revocable) remember(authority, issued, now);
    return { serialNumber: issued.serialNumber, ...(await signLeaf(authority, issued, trustDomain)) };
  });
}

/** As the first of all: the last of a name is the one that counts for it. */
function remember(
  { directory, register }: Authority,
  issued: Authority['register']['issued'][number],
  now: number,
): void {
  const { register: file } = placesIn(directory);
  writeFiles([registerFile(file, { ...register, issued: [issued, ...register.issued] }, now)]);
}
