import type { Storage } from '../server/storage.ts';

type Repositories = Omit<
  Storage,
  | 'engine'
  | 'ping'
  | 'revision'
  | 'schemaVersion'
  | 'backup'
  | 'sweep'
  | 'createLimiter'
  | 'readableElsewhere'
  | typeof Symbol.asyncDispose
>;

/**
 * Every query of every repository, with the fields that the index which serves it begins with. `id` is the primary
 * key. Both engines have each of these indexes.
 */
export const queries: { [R in keyof Repositories]: Record<keyof Repositories[R], readonly string[]> } = {
  installation: { find: ['id'], insertOnce: ['id'] },
  accounts: {
    insert: ['id'],
    findById: ['id'],
    findBySub: ['sub'],
    findByUserNameKey: ['userNameKey'],
    findByUserHandle: ['userHandles'],
    update: ['id'],
    recordSignIn: ['id'],
    remove: ['id'],
    list: ['userNameKey'],
    listByRole: ['role', 'userNameKey'],
    listByGroup: ['groups', 'userNameKey'],
  },
  invitations: {
    insert: ['id'],
    find: ['id'],
    take: ['id'],
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
  },
  apps: { insert: ['id'], findById: ['id'], update: ['id'], remove: ['id'], list: ['id'] },
  signIns: {
    insert: ['id'],
    findById: ['id'],
    findMany: ['id'],
    listByAccount: ['accountId', 'at'],
    list: ['at', 'id'],
    removeExpired: ['expiresAt'],
  },
  artifacts: {
    upsert: ['id'],
    insert: ['id'],
    find: ['id'],
    findByUserCode: ['userCodeHash'],
    recordConsumed: ['id'],
    remove: ['id'],
    removeByGrant: ['grantId', 'model'],
    listByAccount: ['accountId', 'model'],
    removeByAccount: ['accountId'],
    endByAccount: ['accountId', 'model'],
    removeByApp: ['appId'],
    removeExpired: ['expiresAt'],
  },
  signingKeys: { insert: ['id'], list: ['createdAt'], remove: ['id'] },
  auditEvents: { insertMany: ['id'], listByChain: ['chain', 'sequence'], list: ['at', 'sequence'] },
  passkeys: {
    insert: ['id'],
    findById: ['id'],
    isEmpty: ['id'],
    listByUserHandle: ['userHandle', 'createdAt'],
    recordUse: ['id'],
    update: ['id'],
    remove: ['id'],
    removeByUserHandle: ['userHandle'],
  },
  challenges: { insert: ['id'], take: ['id'], removeExpired: ['expiresAt'] },
  tickets: { insert: ['id'], find: ['id'], take: ['id'], removeExpired: ['expiresAt'] },
  proofs: { insert: ['id'], find: ['id'], removeByUserHandle: ['userHandle'], removeExpired: ['expiresAt'] },
  receipts: { insert: ['id'], list: ['at', 'id'], removeExpired: ['expiresAt'] },
  receiptKeys: { insert: ['id'], list: ['generation'], recordCurrent: ['id'] },
  passkeyEvents: { insert: ['id'], list: ['id'], removeExpired: ['expiresAt'] },
};

/** Every query's name with its table and the fields of its index. */
export function listQueries(): { name: string; table: string; fields: readonly string[] }[] {
  return Object.entries(queries).flatMap(([table, methods]) =>
    Object.entries(methods).map(([method, fields]) => ({ name: `${table}.${method}`, table, fields })),
  );
}

/** Whether an index with these keys serves a query by these fields. */
export const beginsWith = (keys: readonly unknown[], fields: readonly string[]) =>
  fields.every((field, i) => keys[i] === field);
