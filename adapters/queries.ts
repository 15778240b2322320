import type { Storage } from '../server/storage.ts';

type Repositories = Omit<
  Storage,
  | 'engine'
  | 'ping'
  | 'clock'
  | 'revision'
  | 'schemaVersion'
  | 'backup'
  | 'sweep'
  | 'createLimiter'
  | 'readableElsewhere'
  | typeof Symbol.asyncDispose
>;

type Fields = readonly string[];

/**
 * Every query of every repository, with the fields that the index which serves it begins with. `id` is the primary
 * key. Both engines have each of these indexes; of a method that has several queries, an index for each.
 */
export const queries: {
  [R in keyof Repositories]: Record<keyof Repositories[R], Fields | readonly Fields[]>;
} = {
  installation: { find: ['id'], insertOnce: ['id'], update: ['id'] },
  accounts: {
    insert: ['id'],
    findById: ['id'],
    findBySub: ['sub'],
    findByUserNameKey: ['userNameKey'],
    findByUserHandle: ['userHandles'],
    listByVerifiedEmail: ['emailKey'],
    update: ['id'],
    recordSignIn: ['id'],
    remove: ['id'],
    list: [
      ['userNameKey'],
      ['role', 'userNameKey'],
      ['status', 'userNameKey'],
      ['role', 'status', 'userNameKey'],
    ],
    search: ['terms', 'userNameKey'],
    listByRole: ['role', 'userNameKey'],
    listByAdministered: ['administers'],
    listByGroup: ['groups', 'userNameKey'],
  },
  invitations: {
    insert: ['id'],
    find: ['id'],
    take: ['id'],
    countOpen: ['expiresAt'],
    removeByPurpose: ['purpose'],
    removeByAccount: ['accountId'],
    removeExpired: ['expiresAt'],
  },
  groups: {
    insert: ['id'],
    findById: ['id'],
    findByNameKey: ['nameKey'],
    findMany: ['id'],
    update: ['id'],
    remove: ['id'],
    list: ['nameKey'],
    search: ['terms', 'nameKey'],
    listWithRule: ['nameKey'],
  },
  apps: {
    insert: ['id'],
    findById: ['id'],
    findByOrigin: ['proxiedOrigins'],
    update: ['id'],
    remove: ['id'],
    list: ['id'],
    search: ['terms', 'id'],
  },
  signIns: {
    insert: ['id'],
    findById: ['id'],
    findMany: ['id'],
    listByAccount: ['accountId', 'at', 'id'],
    listByPasskey: ['passkeyId', 'at', 'id'],
    listByApp: ['appId', 'at', 'id'],
    list: ['at', 'id'],
    removeExpired: ['expiresAt'],
  },
  artifacts: {
    upsert: ['id'],
    insert: ['id'],
    find: ['id'],
    findByLookupId: ['lookupId'],
    findByUserCode: ['userCodeHash'],
    recordConsumed: ['id'],
    remove: ['id'],
    removeByGrant: ['grantId', 'model'],
    listByAccount: ['accountId', 'model'],
    listByApp: ['appId', 'model', 'id'],
    listAll: ['id'],
    reseal: ['id'],
    removeByAccount: ['accountId'],
    endByAccount: ['accountId', 'model'],
    removeByApp: ['appId'],
    removeExpired: ['expiresAt'],
  },
  signingKeys: { insert: ['id'], list: ['createdAt'], recordCurrent: ['id'], reseal: ['id'], remove: ['id'] },
  auditEvents: {
    insertMany: ['id'],
    listByChain: ['chain', 'sequence'],
    list: ['at', 'sequence', 'id'],
    listByAccount: ['accountId', 'at', 'sequence', 'id'],
    listByActor: ['actorId', 'at', 'sequence', 'id'],
    listByApp: ['appId', 'at', 'sequence', 'id'],
    listByPasskey: ['passkeyId', 'at', 'sequence', 'id'],
    listByType: ['type', 'at', 'sequence', 'id'],
    listByChange: ['changeId'],
    listOpenIntents: ['openAt'],
    settleIntent: ['changeId'],
    listByPlace: ['chain', 'sequence'],
    findLast: ['chain', 'sequence'],
    removeUpTo: ['chain', 'sequence'],
  },
  auditKeys: { insert: ['id'], findMany: ['id'], listAll: ['id'], reseal: ['id'], erase: ['id'] },
  auditCheckpoints: { insert: ['id'], findLast: ['no'], list: ['no'], removeBelow: ['no'] },
  auditChains: { announce: ['id'], list: ['at', 'id'], removeBefore: ['at'] },
  logoutNotices: {
    insert: ['id'],
    findNextApp: ['state', 'appId'],
    list: ['state', 'appId', 'nextAttemptAt'],
    update: ['id'],
    removeExpired: ['expiresAt'],
  },
  appRefusals: {
    findById: ['id'],
    insert: ['id'],
    update: ['id'],
    remove: ['id'],
  },
  apis: {
    insert: ['id'],
    findById: ['id'],
    list: ['audience'],
    update: ['id'],
    remove: ['id'],
  },
  attributeDefinitions: {
    insert: ['id'],
    list: ['id'],
    update: ['id'],
    remove: ['id'],
  },
  approvals: {
    insert: ['id'],
    find: ['id'],
    list: ['id'],
    listByAccount: ['accountId', 'id'],
    update: ['id'],
    removeByAccount: ['accountId'],
    removeExpired: ['expiresAt'],
  },
  initialAccessTokens: {
    insert: ['id'],
    find: ['id'],
    list: ['id'],
    update: ['id'],
    remove: ['id'],
    removeExpired: ['expiresAt'],
  },
  outgoingMails: {
    insert: ['id'],
    listDue: ['nextAttemptAt'],
    update: ['id'],
    remove: ['id'],
    removeExpired: ['expiresAt'],
  },
  figures: {
    add: ['id'],
    recordHighest: ['id'],
    findMany: ['id'],
    listByPrefix: ['id'],
    removeExpired: ['expiresAt'],
  },
  passkeyHolders: { insert: ['id'], findMany: ['id'], update: ['id'], take: ['id'] },
  passkeys: {
    insert: ['id'],
    findById: ['id'],
    isEmpty: ['id'],
    listByUserHandle: ['userHandle', 'createdAt'],
    listByModel: ['aaguid', 'id'],
    listModelAlerts: ['modelAlertAt', 'id'],
    recordUse: ['id'],
    update: ['id'],
    remove: ['id'],
    removeByUserHandle: ['userHandle'],
  },
  challenges: { insert: ['id'], take: ['id'], removeExpired: ['expiresAt'] },
  tickets: {
    insert: ['id'],
    find: ['id'],
    take: ['id'],
    countOpen: ['expiresAt'],
    removeExpired: ['expiresAt'],
  },
  proofs: { insert: ['id'], find: ['id'], removeByUserHandle: ['userHandle'], removeExpired: ['expiresAt'] },
  receipts: { insert: ['id'], list: ['at', 'id'], removeExpired: ['expiresAt'] },
  receiptKeys: { insert: ['id'], list: ['generation'], recordCurrent: ['id'], reseal: ['id'] },
  passkeyEvents: { insert: ['id'], list: ['id'], removeExpired: ['expiresAt'] },
  fidoMetadata: {
    findHead: ['id'],
    find: ['id'],
    recordBlob: ['id'],
    remove: ['id'],
    findHighest: ['id'],
    recordHighest: ['id'],
    findAttempt: ['id'],
    recordAttempt: ['id'],
  },
  leases: { acquire: ['id'], release: ['id'] },
  authenticatorFloors: { find: ['id'], insert: ['id'], update: ['id'] },
};

/** Every query's name with its table and the fields of its index. */
export function listQueries(): { name: string; table: string; fields: Fields }[] {
  return Object.entries(queries).flatMap(([table, methods]) =>
    Object.entries(methods).flatMap(([method, indexes]: [string, Fields | readonly Fields[]]) =>
      (isOne(indexes) ? [indexes] : indexes).map((fields) => ({ name: `${table}.${method}`, table, fields })),
    ),
  );
}

const isOne = (indexes: Fields | readonly Fields[]): indexes is Fields => typeof indexes[0] === 'string';

/** Whether an index with these keys serves a query by these fields. */
export const beginsWith = (keys: readonly unknown[], fields: readonly string[]) =>
  fields.every((field, i) => keys[i] === field);
