import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { warning } from './finding.ts';

/** A folder that somebody named and nobody made: what should be revoked there is not. */
export function examineRevocations({
  attestationRevocations: folder,
  dataDir,
}: Pick<Config, 'attestationRevocations' | 'dataDir'>): Finding[] {
  if (folder === join(dataDir, 'revocations') || existsSync(folder)) return [];
  return [
    warning(
      'revocations',
      `LATCHKEY_ATTESTATION_REVOCATIONS is ${folder}, which is not there: no authenticator’s certificate counts as revoked.`,
      'Make the folder, or correct the setting.',
    ),
  ];
}
