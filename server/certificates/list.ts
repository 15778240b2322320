import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { plainSerial } from '../service-identity/certificate.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import { type Authority, listLife, type Place, withAuthority } from './authority.ts';
import { placesIn, writeFiles } from './files.ts';
import { type Issued, type Register, registerFile } from './register.ts';
import { signList } from './signing.ts';

/** Signs a new list of what is revoked, and puts it into the folder of every service that has one. */
export async function publishList(authority: Authority, now: number): Promise<Register> {
  const { register: file, list, service } = placesIn(authority.directory);
  const register = {
    ...authority.register,
    listNumber: authority.register.listNumber + 1,
    listValidUntil: now + listLife,
  };
  const content = await signList(authority, register, now);
  const folders = serviceNames.map(service).filter((folder) => existsSync(folder));
  writeFiles([
    registerFile(file, register, now),
    { path: list, content },
    ...folders.map((folder) => ({ path: join(folder, 'ca.crl'), content })),
  ]);
  return register;
}

/**
 * Revokes one certificate by its serial number, or all of a name that have not expired: whoever took one key may have
 * taken those before.
 */
export function revoke(input: Place & { what: string; now: number }): Promise<Issued[]> {
  const { what, now } = input;
  return withAuthority(input, async (authority) => {
    const { issued } = authority.register;
    const meant = issued.filter((one) => isMeant(one, what) && one.notAfter > now);
    if (meant.length === 0) throw new AppError('not_found', { detail: unknown(what) });
    const marked = issued.map((one) => (meant.includes(one) ? { revokedAt: now, ...one } : one));
    await publishList({ ...authority, register: { ...authority.register, issued: marked } }, now);
    return marked.filter(({ serialNumber }) => meant.some((one) => one.serialNumber === serialNumber));
  });
}

const isMeant = ({ name, serialNumber }: Issued, what: string) =>
  name === what || serialNumber === plainSerial(what);

function unknown(what: string): string {
  return serviceNames.includes(what as ServiceName)
    ? `${what} has no certificate that has not expired`
    : `there is no service "${what}", and no certificate of this serial number that has not expired`;
}
