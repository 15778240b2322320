import type { Index } from './schema.ts';

/** Of the fourth schema: what was granted by app, and sign-ins by person, passkey and app, newest first. */
export const sessionListsIndexes: Record<string, readonly Index[]> = {
  signIns: [
    { key: { accountId: 1, at: -1, _id: -1 } },
    { key: { passkeyId: 1, at: -1, _id: -1 } },
    { key: { appId: 1, at: -1, _id: -1 }, partialFilterExpression: { appId: { $exists: true } } },
  ],
  artifacts: [{ key: { appId: 1, model: 1, _id: 1 }, partialFilterExpression: { appId: { $exists: true } } }],
};
