import type { Index } from './schema.ts';

/**
 * Of the fourth schema: people, groups and apps by what they are called, and people by their status. The field behind
 * the terms is the order of the pages.
 */
export const searchIndexes: Record<string, readonly Index[]> = {
  accounts: [
    { key: { terms: 1, userNameKey: 1 } },
    { key: { status: 1, userNameKey: 1 } },
    { key: { role: 1, status: 1, userNameKey: 1 } },
  ],
  groups: [{ key: { terms: 1, nameKey: 1 } }],
  apps: [{ key: { terms: 1, _id: 1 } }],
};
