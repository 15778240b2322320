import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import type { Config } from './config.ts';
import { ConfigError } from './errors.ts';
import { createOutbound, type Outbound } from './outbound/outbound.ts';

/** The way out, as the settings say. @throws ConfigError where the file of authorities cannot be read */
export function openOutbound({ outbound, onLocalhost }: Pick<Config, 'outbound' | 'onLocalhost'>): Outbound {
  const { allow, authorities } = outbound;
  return createOutbound({
    allow,
    allowsLocalHttp: onLocalhost,
    ...(authorities !== undefined && { ca: [...getCACertificates('default'), readAuthorities(authorities)] }),
  });
}

function readAuthorities(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (error) {
    throw new ConfigError([
      `LATCHKEY_OUTBOUND_CA_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}). Put the path of a PEM file that the user who runs Latchkey may read.`,
    ]);
  }
  throw new ConfigError([`LATCHKEY_OUTBOUND_CA_FILE names ${file}, which holds no certificate in PEM.`]);
}
