import type { Index } from './schema.ts';

/** Of the third schema: the rules for authenticators. Those of groups and apps stand in their records. */
export const authenticatorPolicyIndexes: Record<string, readonly Index[]> = {
  authenticatorFloors: [],
  groups: [
    {
      key: { nameKey: 1, _id: 1 },
      partialFilterExpression: { authenticatorRule: { $exists: true } },
    },
  ],
};
