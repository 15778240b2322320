import type { Index } from './schema.ts';

/** What a record is found by since the installation secret was exchanged. */
export const resealIndexes: Record<string, readonly Index[]> = {
  artifacts: [
    { key: { lookupId: 1 }, unique: true, partialFilterExpression: { lookupId: { $exists: true } } },
  ],
};
