/** APIs that administrators define, in tests. */
import type { ApiFacts } from '../admin/apis.ts';
import type { NewApi } from '../apis/validation.ts';
import type { TestInstallation } from './installation.ts';
import { until } from './until.ts';

let made = 0;

/** An API with the scopes `read` and `write`, unless `input` says otherwise. */
export function addApi(
  { administration }: Pick<TestInstallation, 'administration'>,
  input: Partial<NewApi> = {},
): Promise<ApiFacts> {
  made += 1;
  return administration.apis.add({
    audience: `https://api-${made}.example.com`,
    name: `Invoices ${made}`,
    scopes: [
      { name: 'read', sentence: 'Read your invoices.' },
      { name: 'write', sentence: 'Pay your invoices.' },
    ],
    ...input,
  } as Parameters<typeof administration.apis.add>[0]);
}

/** What every instance has taken over after 2 s. */
export const within2Seconds = (look: () => Promise<boolean>): Promise<number> => until('in force', look, 2);
