import type { SignIn, SignInRepository } from '../../server/storage.ts';
import { endOf, startOf, timeCursor, toPage } from '../page.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createSignIns(db: Database): SignInRepository {
  const insert = db.change(
    'INSERT INTO signIns (id, accountId, passkeyId, at, expiresAt, record) VALUES (?, ?, ?, ?, ?, ?)',
    { durable: false },
  );
  const findMany = db.many<SignIn>('SELECT record FROM signIns WHERE id IN (SELECT value FROM json_each(?))');
  const listBy = (field: 'accountId' | 'passkeyId' | 'appId'): SignInRepository['listByAccount'] => {
    const list = db.many<SignIn>(
      `SELECT record FROM signIns WHERE ${field} = ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?`,
    );
    return async (whose, { after, limit }) => {
      const { at, id } = endOf(after);
      return toPage(await list(whose, at, id, limit + 1), limit, timeCursor);
    };
  };
  const list = db.many<SignIn>('SELECT record FROM signIns WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?');
  return {
    async insert(signIn) {
      const { id, accountId, passkeyId, at, expiresAt } = signIn;
      await insert(id, accountId, passkeyId, at, expiresAt, JSON.stringify(signIn));
    },
    findById: db.one<SignIn>('SELECT record FROM signIns WHERE id = ?'),
    findMany: (ids) => findMany(JSON.stringify(ids)),
    listByAccount: listBy('accountId'),
    listByPasskey: listBy('passkeyId'),
    listByApp: listBy('appId'),
    async list(query) {
      const { at, id } = startOf(query);
      return toPage(await list(at, id, query.limit + 1), query.limit, timeCursor);
    },
    removeExpired: removeExpiredFrom(db, 'signIns'),
  };
}
