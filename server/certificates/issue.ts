import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import { type Authority, backdated, type Place, withAuthority } from './authority.ts';
import { type NewFile, placesIn, writeFiles } from './files.ts';
import { publishList } from './list.ts';
import { type Issued, registerFile } from './register.ts';
import { newSerial, signLeaf } from './signing.ts';

/** What a certificate is to be like. */
export interface Wanted {
  name: ServiceName;
  lifetimeMs: number;
  /** Host names beside the SPIFFE id. */
  dns: readonly string[];
}

const hour = 60 * 60 * 1000;

/**
 * Makes a key and a certificate for each of `names`, and puts them into their folders. What they had before stays
 * valid until it expires or is revoked.
 */
export async function issue(
  input: Place & {
    names: readonly ServiceName[];
    hours: number;
    /** Host names of the passkey manager, for clients that look at those. */
    dns?: readonly string[];
    now: number;
  },
): Promise<Issued[]> {
  const { names, hours, dns = [], now } = input;
  const wrong = dns.find((name) => !isHostName(name));
  if (wrong !== undefined)
    throw new AppError('field_invalid', {
      field: 'dns',
      detail: `"${wrong}" is not a host name in lower case`,
    });
  if (dns.length > 0 && !names.includes('passkey-manager'))
    throw new AppError('field_invalid', { field: 'dns', detail: '--dns is for the passkey-manager alone' });
  const wanted = serviceNames
    .filter((name) => names.includes(name))
    .map((name) => ({ name, lifetimeMs: hours * hour, dns: name === 'passkey-manager' ? dns : [] }));
  return withAuthority(input, (authority) => issueAll(authority, wanted, now));
}

/** One after the other, under the lock that `authority` stands for. */
export async function issueAll(
  authority: Authority,
  wanted: readonly Wanted[],
  now: number,
): Promise<Issued[]> {
  if (now >= authority.notAfter)
    throw new AppError('conflict', {
      detail: 'the authority has expired: move its folder away and make another',
    });
  const issued = wanted.map(({ name, lifetimeMs, dns }) => ({
    serialNumber: newSerial(),
    name,
    notBefore: wholeSeconds(backdated(now)),
    notAfter: wholeSeconds(Math.min(now + lifetimeMs, authority.notAfter)),
    dns: [...dns],
  }));
  const register = { ...authority.register, issued: [...authority.register.issued, ...issued] };
  const { register: file } = placesIn(authority.directory);
  // Before any of them is out: one that nobody remembers could not be revoked by its name.
  writeFiles([registerFile(file, register, now)]);
  for (const one of issued) await writeService(authority, one);
  await publishList({ ...authority, register }, now);
  return issued;
}

async function writeService(authority: Authority, issued: Issued): Promise<void> {
  const { certificate, key } = await signLeaf(authority, issued, authority.register.trustDomain);
  const folder = placesIn(authority.directory).service(issued.name);
  makeFolder(folder);
  writeFiles([
    ...listBesideFirst(authority, folder),
    { path: join(folder, 'ca.crt'), content: authority.certificatePem },
    { path: join(folder, 'tls.key'), content: key, secret: true },
    { path: join(folder, 'tls.crt'), content: certificate },
  ]);
}

/** A service that starts between this and the publishing has a list already. */
function listBesideFirst({ directory }: Authority, folder: string): NewFile[] {
  const [path, { list }] = [join(folder, 'ca.crl'), placesIn(directory)];
  return existsSync(path) || !existsSync(list) ? [] : [{ path, content: readFileSync(list, 'utf8') }];
}

/** X.509 counts in seconds. */
const wholeSeconds = (at: number) => Math.floor(at / 1000) * 1000;

const isHostName = (text: string) =>
  text.length <= 253 &&
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(text);
