/** The guide for any other library: variables as a shell reads them, for programs in other languages. */
import { execFileSync } from 'node:child_process';
import type { GuidedApp } from '../../server/apps/guides/guide.ts';
import { guidesFor } from '../../server/apps/guides/guides.ts';

/** What a program gets that is started in an environment with the guide's file in it. */
export function readVariables(issuer: string, app: GuidedApp): Record<string, string> {
  const [file] = guidesFor({ issuer, app }).find(({ id }) => id === 'any-library')?.files ?? [];
  const script = 'set -a; eval "$0"; exec env -0';
  const printed = execFileSync(
    'env',
    ['-i', `PATH=${process.env.PATH}`, 'sh', '-c', script, file?.text ?? ''],
    {
      encoding: 'utf8',
    },
  );
  const variables = printed.split('\0').map((line) => line.split(/=(.*)/s) as [string, string]);
  return Object.fromEntries(variables.filter(([name]) => name.startsWith('OIDC_')));
}
