/** An index by its keys; its name follows from them. */
export interface Index {
  key: Record<string, 1 | -1>;
  unique?: true;
  sparse?: true;
  partialFilterExpression?: Record<string, unknown>;
  expireAfterSeconds?: number;
}

/** Removes what has expired, within a minute or so (https://www.mongodb.com/docs/manual/core/index-ttl/). */
export const expiry: Index = { key: { removeAt: 1 }, expireAfterSeconds: 0 };
const where = (field: string): Pick<Index, 'partialFilterExpression'> => ({
  partialFilterExpression: { [field]: { $exists: true } },
});

/** The first schema: every collection with its indexes beside `_id`. */
export const firstIndexes: Record<string, readonly Index[]> = {
  installation: [],
  accounts: [
    { key: { sub: 1 }, unique: true },
    { key: { userNameKey: 1 }, unique: true },
    { key: { userHandles: 1 }, unique: true, sparse: true },
    { key: { founder: 1 }, unique: true, sparse: true },
    { key: { role: 1, userNameKey: 1 } },
    { key: { groups: 1, userNameKey: 1 } },
  ],
  invitations: [{ key: { purpose: 1 } }, { key: { accountId: 1 }, ...where('accountId') }, expiry],
  groups: [{ key: { nameKey: 1 }, unique: true }],
  apps: [],
  signIns: [{ key: { accountId: 1, at: -1 } }, { key: { passkeyId: 1 } }, expiry],
  artifacts: [
    { key: { grantId: 1, model: 1 }, ...where('grantId') },
    { key: { uid: 1, model: 1 }, unique: true, partialFilterExpression: { model: 'Session' } },
    { key: { accountId: 1, model: 1 }, ...where('accountId') },
    { key: { appId: 1 }, ...where('appId') },
    { key: { userCodeHash: 1 }, unique: true, ...where('userCodeHash') },
    { key: { signInId: 1, model: 1 }, ...where('signInId') },
    expiry,
  ],
  signingKeys: [{ key: { alg: 1, generation: 1 }, unique: true }, { key: { createdAt: 1 } }],
  auditEvents: [
    { key: { chain: 1, sequence: 1 }, unique: true },
    { key: { at: -1, sequence: -1 } },
    { key: { accountId: 1, at: -1, sequence: -1 } },
  ],
  passkeys: [{ key: { userHandle: 1, createdAt: 1 } }],
  challenges: [expiry],
  tickets: [expiry],
  proofs: [{ key: { userHandle: 1 } }, expiry],
  revisions: [],
  rateLimits: [expiry],
};

/** The second schema: the passkey manager's receipts with their keys, its events, and sign-ins in order of time. */
export const receiptsIndexes: Record<string, readonly Index[]> = {
  receipts: [{ key: { at: 1, _id: 1 } }, expiry],
  receiptKeys: [{ key: { generation: 1 }, unique: true }],
  passkeyEvents: [expiry],
  signIns: [{ key: { at: 1, _id: 1 } }],
};

/** What apps are to be told of ended sessions. */
export const logoutNoticesIndexes: Record<string, readonly Index[]> = {
  logoutNotices: [{ key: { state: 1, appId: 1, nextAttemptAt: 1 } }, expiry],
};

/** Of the third schema: passkeys by their model, and those whose model was found broken. */
export const modelReviewIndexes: Record<string, readonly Index[]> = {
  passkeys: [{ key: { aaguid: 1, _id: 1 } }, { key: { modelAlertAt: 1, _id: 1 }, ...where('modelAlertAt') }],
};
