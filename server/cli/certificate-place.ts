import { readConfig } from '../config.ts';
import type { Surroundings } from './surroundings.ts';

/** Where certificates are kept and whom they are for, where no option says so. @throws ConfigError */
export function defaultPlace({ env }: Pick<Surroundings, 'env'>): { directory: string; trustDomain: string } {
  const { certificates: directory, trustDomain } = readConfig(env);
  return { directory, trustDomain };
}
