/** What the settings say of the metadata, with the files that they name. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import { pemBlocks } from '../service-identity/pem.ts';
import type { Trust } from './chain.ts';
import { readLocalStatements } from './local-statements.ts';
import { pinnedRoots, pinnedSigner } from './roots.ts';
import type { KnownModel } from './statement.ts';

export interface MetadataSettings {
  /** An address, the path of a file, or `off`. */
  source: string;
  /** Whose signature is believed. */
  trust: Trust;
  /** Days past its own next update until which metadata vouches for something new. */
  maxAgeDays: number;
  /** Models by statements of this installation. */
  local: readonly KnownModel[];
}

export interface MetadataConfig {
  source: string;
  roots: string | undefined;
  maxAgeDays: number;
  statements: string | undefined;
}

/** @throws ConfigError for a file that is not what its setting wants */
export function readMetadataSettings(config: MetadataConfig): MetadataSettings {
  const { source, roots, maxAgeDays, statements } = config;
  return {
    source,
    trust: roots === undefined ? pinnedTrust() : trustIn(readRoots(roots)),
    maxAgeDays,
    local: statements === undefined ? [] : readLocalStatements(statements),
  };
}

const pinnedTrust = (): Trust => ({
  ...{ authority: 'fido', roots: certificatesIn(pinnedRoots), signer: pinnedSigner },
});

export function trustIn(roots: readonly X509Certificate[]): Trust {
  const keys = roots.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })).sort();
  return { roots, authority: createHash('sha256').update(keys.join()).digest('hex').slice(0, 16) };
}

/** Whoever has roots of their own believes every signer below them. */
function readRoots(file: string): X509Certificate[] {
  const setting = `LATCHKEY_FIDO_METADATA_ROOTS names ${file}`;
  try {
    const found = certificatesIn(readFileSync(file, 'utf8'));
    if (found.length > 0) return found;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${setting}, which cannot be read (${code}).`]);
  }
  throw new ConfigError([`${setting}, which holds no certificate in PEM.`]);
}

function certificatesIn(pem: string): X509Certificate[] {
  return pemBlocks(pem, 'CERTIFICATE').map((der) => new X509Certificate(der));
}
