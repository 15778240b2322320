import type { Account, AccountQuery, AccountRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { matching, termsField, withoutTerms, withTerms } from './search.ts';

const addTerms = withTerms('accounts');

import { embedded, type RecordKind } from './record-model.ts';

const accountKind: RecordKind<Account> = {
  name: 'accounts',
  fields: {
    sub: String,
    role: String,
    status: String,
    userName: String,
    userNameKey: String,
    name: String,
    email: String,
    emailKey: String,
    emailVerified: Boolean,
    locale: String,
    userHandles: { type: [String], default: undefined },
    founder: Boolean,
    groups: [String],
    administers: { type: [String], default: undefined },
    attributes: Object,
    formerEmails: { type: [embedded({ email: String, until: Number })], default: undefined },
    recoveryBegunAt: Number,
    recoveredAt: Number,
    createdAt: Number,
    updatedAt: Number,
    lastSignInAt: Number,
    revision: Number,
    ...termsField,
  },
  unique: [['sub'], ['userNameKey'], ['userHandles'], ['founder']],
  isCached: true,
  /** A unique index takes empty lists for equal, and leaves absent ones alone. */
  encode: ({ userHandles, ...stored }) =>
    addTerms(Array.isArray(userHandles) && userHandles.length > 0 ? { ...stored, userHandles } : stored),
  decode: (stored) => ({ userHandles: [], ...withoutTerms(stored) }),
};

export function createAccounts(link: Link): AccountRepository {
  const accounts = createCollection(link, accountKind);
  const page = async (
    filter: Record<string, unknown>,
    { after = '', limit }: { after?: string; limit: number },
  ) => {
    const rows = await accounts.many(
      { ...filter, userNameKey: operator({ $gt: after }) },
      { sort: { userNameKey: 1 }, limit: limit + 1 },
    );
    return toPage(rows, limit, ({ userNameKey }) => userNameKey);
  };
  return {
    insert: (account) => accounts.insert(account),
    findById: (id) => accounts.one({ _id: id }),
    findBySub: (sub) => accounts.one({ sub }),
    findByUserNameKey: (userNameKey) => accounts.one({ userNameKey }),
    findByUserHandle: (userHandle) => accounts.one({ userHandles: userHandle }),
    listByVerifiedEmail: (emailKey) => accounts.many({ emailKey, emailVerified: true }, { limit: 2 }),
    update: (account, expectedRevision) =>
      accounts.replace(
        { _id: account.id, revision: expectedRevision },
        { ...account, revision: expectedRevision + 1 },
        ['lastSignInAt'],
      ),
    async recordSignIn(id, at) {
      await accounts.change({ _id: id }, { lastSignInAt: at });
    },
    remove: async (id) => (await accounts.remove({ _id: id })) === 1,
    list: ({ role, status, ...query }) => page(those({ role, status }), query),
    async search({ text, role, status, ...query }) {
      const matched = matching(text);
      return matched ? page({ ...matched, ...those({ role, status }) }, query) : { items: [] };
    },
    listByRole: (role) => accounts.many({ role }, { sort: { userNameKey: 1 } }),
    listByAdministered: (appId) => accounts.many({ administers: appId }),
    listByGroup: (groupId, query) => page({ groups: groupId }, query),
  };
}

const those = ({ role, status }: { [F in 'role' | 'status']: AccountQuery[F] | undefined }) => ({
  ...(role !== undefined && { role }),
  ...(status !== undefined && { status }),
});
