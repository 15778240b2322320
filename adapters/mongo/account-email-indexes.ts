import type { Index } from './schema.ts';

/** Of the fourth schema: people by an address that they have shown to be theirs. */
export const accountEmailIndexes: Record<string, readonly Index[]> = {
  accounts: [{ key: { emailKey: 1 }, partialFilterExpression: { emailVerified: true } }],
};
