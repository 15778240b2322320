/** What is shown to a signer, and what it is judged by (mutual TLS): read from files, and judged as a whole. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import { pemBlocks } from '../service-identity/pem.ts';
import { type SignerFiles, signerFileSettings } from './signer-files.ts';

/** PEM. */
export interface SignerCredentials {
  cert?: string;
  key?: string;
  ca?: string;
  /** From when to when the certificate may be shown, epoch milliseconds. */
  lifetime?: { notBefore: number; notAfter: number };
}

/** @throws ConfigError that names the setting, the file and what is wrong with it */
export function readSignerCredentials(files: SignerFiles, now: number): SignerCredentials {
  const { certificate, key, authorities } = files;
  const ca = authorities === undefined ? undefined : read(files, 'authorities');
  if (ca !== undefined) certificatesIn(files, 'authorities', ca);
  if (certificate === undefined || key === undefined) return ca === undefined ? {} : { ca };
  const own = { cert: read(files, 'certificate'), key: read(files, 'key') };
  const [leaf] = certificatesIn(files, 'certificate', own.cert);
  if (!leaf) refuse(files, 'certificate', 'holds no certificate in PEM');
  requireKey(files, leaf, own.key);
  const lifetime = requireTime(files, leaf, now);
  return { ...own, lifetime, ...(ca !== undefined && { ca }) };
}

export const areSameCredentials = (one: SignerCredentials, other: SignerCredentials): boolean =>
  one.cert === other.cert && one.key === other.key && one.ca === other.ca;

type Which = keyof SignerFiles;

function read(files: SignerFiles, which: Which): string {
  try {
    return readFileSync(files[which] ?? '', 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(files, which, `cannot be read (${code}); the user who runs Latchkey must be able to`);
  }
}

function certificatesIn(files: SignerFiles, which: Which, text: string): X509Certificate[] {
  try {
    const found = pemBlocks(text, 'CERTIFICATE').map((der) => new X509Certificate(der));
    if (found.length > 0) return found;
  } catch {
    // Said below.
  }
  return refuse(files, which, 'holds no certificate in PEM');
}

function requireKey(files: SignerFiles, leaf: X509Certificate, key: string): void {
  let belongs = false;
  try {
    belongs = leaf.checkPrivateKey(createPrivateKey(key));
  } catch {
    refuse(files, 'key', 'holds no private key in PEM without a passphrase');
  }
  if (!belongs) refuse(files, 'key', `does not belong to the certificate in ${files.certificate}`);
}

function requireTime(files: SignerFiles, leaf: X509Certificate, now: number) {
  const [notBefore, notAfter] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (now < notBefore) refuse(files, 'certificate', `is not valid before ${leaf.validFrom}`);
  if (now >= notAfter) refuse(files, 'certificate', `has expired: it was valid until ${leaf.validTo}`);
  return { notBefore, notAfter };
}

function refuse(files: SignerFiles, which: Which, what: string): never {
  throw new ConfigError([`${signerFileSettings[which]} names ${files[which]}, which ${what}.`]);
}
