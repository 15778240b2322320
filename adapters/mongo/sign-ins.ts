import type { SignIn, SignInRepository } from '../../server/storage.ts';
import { timeCursor, toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { byTime, fromTime } from './time-order.ts';

const signInKind: RecordKind<SignIn> = {
  name: 'signIns',
  fields: {
    accountId: String,
    passkeyId: String,
    appId: String,
    acr: String,
    amr: [String],
    at: Number,
    address: String,
    device: String,
    receipt: String,
    userHandle: String,
    mac: String,
    expiresAt: Number,
  },
};

export function createSignIns(link: Link): SignInRepository {
  const signIns = createCollection(link, signInKind);
  return {
    insert: (signIn) => signIns.insert(signIn),
    findById: (id) => signIns.one({ _id: id }),
    findMany: (ids) => signIns.many({ _id: operator({ $in: ids }) }),
    listByAccount: (accountId, { limit }) => signIns.many({ accountId }, { sort: { at: -1 }, limit }),
    async list(query) {
      const found = await signIns.many(fromTime(query), { sort: byTime, limit: query.limit + 1 });
      return toPage(found, query.limit, timeCursor);
    },
    removeExpired: (now) => signIns.remove(expiredAt(now)),
  };
}
