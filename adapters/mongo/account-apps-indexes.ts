import type { Index } from './schema.ts';

/** Of the fourth schema: people by the apps that they administer. */
export const accountAppsIndexes: Record<string, readonly Index[]> = {
  accounts: [{ key: { administers: 1 }, sparse: true }],
};
