import { resolve } from 'node:path';
import type { Config } from '../config.ts';

export interface Greeting {
  config: Pick<Config, 'issuer' | 'dataDir' | 'storageUrl' | 'demo'>;
  /** While there is no administrator. */
  setupUrl?: string | undefined;
}

/** What a person at a terminal needs to know once the server runs. */
export function greeting({ config, setupUrl }: Greeting): string {
  const { issuer, dataDir, storageUrl, demo } = config;
  const storage = storageUrl.startsWith('sqlite:') ? resolve(dataDir) : new URL(storageUrl).host;
  const lines = [
    'Latchkey is ready.',
    '',
    `  Address  ${issuer}`,
    `  Data     ${storage}`,
    ...(setupUrl
      ? [`  Set up   ${setupUrl}`, '           Open it within an hour to become the first administrator.']
      : []),
    ...(demo && !setupUrl ? ['  Try it   npm run demo, in a second terminal'] : []),
    '',
    '  Stop with Ctrl+C.',
  ];
  return `\n${lines.join('\n')}\n`;
}
