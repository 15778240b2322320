import { expiry, type Index } from './schema.ts';

/** Of the fourth schema: counters, and the passkeys that were counted of each person. */
export const figuresIndexes: Record<string, readonly Index[]> = {
  figures: [expiry],
  passkeyHolders: [],
};
