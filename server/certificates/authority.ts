import { createPrivateKey, X509Certificate as PlatformCertificate, webcrypto } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, ConfigError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { isTrustDomain } from '../service-identity/spiffe-id.ts';
import { X509Certificate } from '../service-identity/x509.ts';
import { placesIn, writeFiles } from './files.ts';
import { withLock } from './lock.ts';
import { type Register, readRegister, registerFile } from './register.ts';
import { algorithm, type Signer, signAuthority, signList } from './signing.ts';

/** An authority that can sign, with what it remembers. */
export interface Authority extends Signer {
  directory: string;
  /** PEM. */
  certificatePem: string;
  /** Epoch milliseconds. */
  notAfter: number;
  register: Register;
}

/** Which authority is meant. */
export interface Place {
  directory: string;
  /** Refused where the authority is for another one. */
  trustDomain?: string;
}

const [minute, day] = [60 * 1000, 24 * 60 * 60 * 1000];
const years = 10;

/** Clocks differ by less; what is made now must be valid everywhere at once. */
export const backdated = (now: number) => now - minute;

/** How long a revocation list counts. */
export const listLife = 7 * day;

export interface NewAuthority {
  directory: string;
  trustDomain: string;
  notAfter: number;
}

/**
 * Makes an authority, whole or not at all.
 * @throws AppError where there is one already
 */
export async function createAuthority({
  directory,
  trustDomain,
  now,
}: Required<Place> & { now: number }): Promise<NewAuthority> {
  requireTrustDomain(trustDomain);
  const { authority: folder } = placesIn(directory);
  refuseExisting(folder);
  const notAfter = now + years * 365.25 * day;
  const { certificate, key } = await signAuthority({ trustDomain, notBefore: backdated(now), notAfter });
  const register = { trustDomain, listNumber: 1, listValidUntil: now + listLife, issued: [] };
  const signer = { certificate: new X509Certificate(certificate), key: await importKey(key) };
  makeFolder(directory);
  const draft = mkdtempSync(join(directory, '.authority-'));
  try {
    writeFiles([
      { path: join(draft, 'ca.key'), content: key, secret: true },
      { path: join(draft, 'ca.crt'), content: certificate },
      { path: join(draft, 'ca.crl'), content: await signList(signer, register, now) },
      registerFile(join(draft, 'register.json'), register, now),
    ]);
    refuseExisting(folder);
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { directory, trustDomain, notAfter };
}

function requireTrustDomain(trustDomain: string): void {
  if (isTrustDomain(trustDomain)) return;
  const detail = `"${trustDomain}" is no trust domain: it has lower-case letters, digits, dots, hyphens and underscores, such as example.com`;
  throw new AppError('field_invalid', { field: 'trust-domain', detail });
}

function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  const detail = `there is an authority in ${folder} already, and it is never overwritten: every certificate it signed would be worthless`;
  throw new AppError('conflict', { field: 'dir', detail });
}

export function hasAuthority(directory: string): boolean {
  return existsSync(placesIn(directory).authority);
}

/**
 * Opens the authority for `work` alone.
 * @throws AppError where there is none, ConfigError where its files are damaged
 */
export async function withAuthority<T>(place: Place, work: (authority: Authority) => Promise<T>): Promise<T> {
  requireAuthority(place);
  return withLock(placesIn(place.directory).lock, async () => work(await openAuthority(place)));
}

/** What it remembers, without its key. */
export function readAuthority(place: Place): { register: Register; notAfter: number } {
  requireAuthority(place);
  const { authorityCertificate, register: file } = placesIn(place.directory);
  const register = readRegister(file);
  requireSameDomain(register, place);
  const notAfter = new PlatformCertificate(readText(authorityCertificate)).validToDate.getTime();
  return { register, notAfter };
}

function requireAuthority({ directory }: Place): void {
  if (hasAuthority(directory)) return;
  const detail = `there is no authority in ${directory}: run this where the folder \`authority\` is (--dir names another one), or \`latchkey certs init\` makes a new one`;
  throw new AppError('not_found', { field: 'dir', detail });
}

async function openAuthority(place: Place): Promise<Authority> {
  const { authorityCertificate, authorityKey } = placesIn(place.directory);
  const facts = readAuthority(place);
  refuseOtherReaders(authorityKey);
  const [certificatePem, keyPem] = [readText(authorityCertificate), readText(authorityKey)];
  if (!new PlatformCertificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem)))
    throw new ConfigError([
      `${authorityKey} does not belong to ${authorityCertificate}. Put back the copies you kept.`,
    ]);
  const certificate = new X509Certificate(certificatePem);
  return { directory: place.directory, certificatePem, certificate, key: await importKey(keyPem), ...facts };
}

function requireSameDomain({ trustDomain }: Register, place: Place): void {
  if (place.trustDomain === undefined || place.trustDomain === trustDomain) return;
  throw new ConfigError([
    `The authority in ${place.directory} is for the trust domain ${trustDomain}, and ${place.trustDomain} was asked for. Use its own, or another folder.`,
  ]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Put back the copy you kept, or run this as its owner.`,
    ]);
  }
}

function refuseOtherReaders(file: string): void {
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ConfigError([
    `${file} may be used by other users (mode 0${mode.toString(8)}). Run: chmod 600 ${file}`,
  ]);
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}
