import type { InitialAccessToken, InitialAccessTokenRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt, unexpired } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const tokenKind: RecordKind<InitialAccessToken> = {
  name: 'initialAccessTokens',
  fields: {
    name: String,
    hash: String,
    policy: Object,
    usesLeft: Number,
    createdAt: Number,
    expiresAt: Number,
    revision: Number,
  },
};

export function createInitialAccessTokens(link: Link): InitialAccessTokenRepository {
  const tokens = createCollection(link, tokenKind);
  return {
    insert: (token) => tokens.insert(token),
    find: (id, now) => tokens.one({ _id: id, ...unexpired(now) }),
    async list({ after = '', limit, now }) {
      const filter = { _id: operator({ $gt: after }), ...unexpired(now) };
      const found = await tokens.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    update: (token, expectedRevision) =>
      tokens.replace(
        { _id: token.id, revision: expectedRevision },
        { ...token, revision: expectedRevision + 1 },
      ),
    remove: async (id) => (await tokens.remove({ _id: id })) === 1,
    removeExpired: (now) => tokens.remove(expiredAt(now)),
  };
}
