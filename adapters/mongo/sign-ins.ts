import type { SignIn, SignInRepository } from '../../server/storage.ts';
import { endOf, timeCursor, toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';
import { byTime, fromTime, newestFirst, untilTime } from './time-order.ts';

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
  const listBy =
    (field: 'accountId' | 'passkeyId' | 'appId'): SignInRepository['listByAccount'] =>
    async (whose, { after, limit }) => {
      const filter = { [field]: whose, ...untilTime(endOf(after)) };
      const found = await signIns.many(filter, { sort: newestFirst, limit: limit + 1 });
      return toPage(found, limit, timeCursor);
    };
  return {
    insert: (signIn) => signIns.insert(signIn),
    findById: (id) => signIns.one({ _id: id }),
    findMany: (ids) => signIns.many({ _id: operator({ $in: ids }) }),
    listByAccount: listBy('accountId'),
    listByPasskey: listBy('passkeyId'),
    listByApp: listBy('appId'),
    async list(query) {
      const found = await signIns.many(fromTime(query), { sort: byTime, limit: query.limit + 1 });
      return toPage(found, query.limit, timeCursor);
    },
    removeExpired: (now) => signIns.remove(expiredAt(now)),
  };
}
