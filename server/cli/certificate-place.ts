import { join } from 'node:path';
import { readConfig } from '../config.ts';
import type { Surroundings } from './surroundings.ts';

/** Where certificates are kept and whom they are for, where no option says so. @throws ConfigError */
export function defaultPlace({ env }: Pick<Surroundings, 'env'>): { directory: string; trustDomain: string } {
  const { dataDir, issuer } = readConfig(env);
  return { directory: join(dataDir, 'certificates'), trustDomain: new URL(issuer).hostname };
}
