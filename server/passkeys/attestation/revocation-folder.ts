import type { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { plainSerial } from '../../service-identity/certificate.ts';
import { pemBlocks } from '../../service-identity/pem.ts';
import { type RevocationList, readRevocationLists } from '../../service-identity/revocation-list.ts';
import { X509Crl } from '../../service-identity/x509.ts';
import type { IsRevoked } from './certificate.ts';

/** What one file says. A list past its time still says what was revoked. */
type FileLists = { crls: readonly Buffer[] } | { androidSerials: ReadonlySet<string> };

interface ReadFile {
  /** Changes whenever the file does. */
  version: string;
  lists: FileLists;
  /** Of each issuer, by its fingerprint: its list, or `undefined` if it signed none here. */
  signed: Map<string, RevocationList | undefined>;
}

/** How often the folder is looked at, milliseconds, and the largest file, bytes. */
const interval = 60_000;
const mostBytes = 32 * 1024 * 1024;

/** https://developer.android.com/privacy-and-security/security-key-attestation#certificate_status */
const androidStatus = z.object({ entries: z.record(z.string(), z.object({ status: z.string() })) });

/**
 * Revocation lists that somebody puts into a folder: CRLs in DER or PEM (`*.crl`), each of which counts for the issuer
 * that signed it, and Google's status of Android attestation keys (`*.json`). A ceremony never waits for them: files
 * that changed are read after it.
 * @throws ConfigError where the folder is there and cannot be read
 */
export function openRevocationFolder({
  folder,
  now,
  log,
}: {
  folder: string;
  now: () => number;
  log: Pick<Log, 'warn'>;
}): IsRevoked {
  let files = readFolder(folder, { before: new Map(), log });
  let lookedAt = now();
  return (certificate, issuer, format) => {
    if (now() - lookedAt >= interval) {
      lookedAt = now();
      setImmediate(() => {
        try {
          files = readFolder(folder, { before: files, log });
        } catch (err) {
          log.warn({ err, file: folder }, 'revocation lists not read');
        }
      });
    }
    const serial = plainSerial(certificate.serialNumber);
    return [...files.values()].some((file) => names(file, { serial, issuer, format }));
  };
}

function names(
  { lists, signed }: ReadFile,
  { serial, issuer, format }: { serial: string; issuer: X509Certificate; format: string },
): boolean {
  if ('androidSerials' in lists) return format === 'android-key' && lists.androidSerials.has(serial);
  const { fingerprint256 } = issuer;
  if (!signed.has(fingerprint256)) signed.set(fingerprint256, listOf(issuer, lists.crls));
  return signed.get(fingerprint256)?.isRevoked(serial) === true;
}

/** Signed by this very issuer, which may sign lists, and whole: RFC 5280 §6.3.3. */
function listOf(issuer: X509Certificate, crls: readonly Buffer[]): RevocationList | undefined {
  const found = crls.flatMap((der) => {
    try {
      return [readRevocationLists(der, [issuer])];
    } catch {
      return [];
    }
  });
  return found.length === 0
    ? undefined
    : {
        isRevoked: (serial) => found.some((list) => list.isRevoked(serial)),
        validUntil: Math.min(...found.map(({ validUntil }) => validUntil)),
      };
}

/** A file that cannot be read says what it said before: half a copy revokes nothing and restores nothing. */
function readFolder(
  folder: string,
  { before, log }: { before: ReadonlyMap<string, ReadFile>; log: Pick<Log, 'warn'> },
): Map<string, ReadFile> {
  const files = new Map<string, ReadFile>();
  for (const name of fileNames(folder)) {
    const known = before.get(name);
    try {
      files.set(name, readOne(join(folder, name), known));
    } catch (err) {
      log.warn({ err, file: join(folder, name) }, 'revocation list not read');
      if (known) files.set(name, known);
    }
  }
  return files;
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.(crl|json)$/.test(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new ConfigError([`LATCHKEY_ATTESTATION_REVOCATIONS is ${folder}, which cannot be read (${code}).`]);
  }
}

function readOne(path: string, known: ReadFile | undefined): ReadFile {
  const { mtimeMs, size, ino } = statSync(path);
  const version = `${mtimeMs} ${size} ${ino}`;
  if (known?.version === version) return known;
  if (size > mostBytes) throw new Error(`it has ${size} bytes`);
  const bytes = readFileSync(path);
  const lists = path.endsWith('.json')
    ? { androidSerials: readAndroidStatus(bytes) }
    : { crls: readCrls(bytes) };
  return { version, lists, signed: new Map() };
}

/** Revoked or suspended: neither vouches for anything. */
function readAndroidStatus(bytes: Buffer): Set<string> {
  const { entries } = androidStatus.parse(JSON.parse(bytes.toString('utf8')));
  return new Set(Object.keys(entries).map(plainSerial));
}

function readCrls(bytes: Buffer): Buffer[] {
  const blocks = bytes[0] === 0x30 ? [bytes] : pemBlocks(bytes.toString('latin1'), 'X509 CRL');
  if (blocks.length === 0) throw new Error('it holds no revocation list, neither in PEM nor in DER');
  for (const der of blocks) new X509Crl(der);
  return blocks;
}
