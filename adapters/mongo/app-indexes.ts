import { expiry, type Index } from './schema.ts';

/**
 * What apps did wrong, what they may be told of people, and what lets them register: found by id alone. Apps behind gateways are found
 * by where they are.
 */
export const appIndexes: Record<string, readonly Index[]> = {
  appRefusals: [],
  attributeDefinitions: [],
  initialAccessTokens: [expiry],
  apps: [
    {
      key: { proxiedOrigins: 1 },
      unique: true,
      partialFilterExpression: { proxiedOrigins: { $exists: true } },
    },
  ],
};
