import { type Account, type AccountRepository, accountTerms, searchWords } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import type { Database, Row } from './database.ts';
import { createSearch } from './search.ts';
import { narrowestScope, storedAccountTerms } from './stored-terms.ts';

const columns = 'record, lastSignInAt';

export function createAccounts(db: Database): AccountRepository {
  const insert = db.change(
    `INSERT INTO accounts (sub, userNameKey, founder, role, revision, record, terms, id, lastSignInAt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.change(
    `UPDATE accounts SET sub = ?, userNameKey = ?, founder = ?, role = ?, revision = ?, record = ?, terms = ?
     WHERE id = ? AND revision = ?`,
  );
  const recordSignIn = db.change('UPDATE accounts SET lastSignInAt = ? WHERE id = ?', { durable: false });
  const remove = db.change('DELETE FROM accounts WHERE id = ?');
  const list = createList(db);
  const search = createSearch(db, {
    ...{ table: 'accounts', side: 'accountTerms', key: 'userNameKey', columns },
    ...{ decode: toAccount, termsOf: accountTerms },
  });
  const listByGroup = db.many(
    `SELECT ${columns} FROM accountGroups JOIN accounts ON accounts.id = accountId
     WHERE groupId = ? AND accountGroups.userNameKey > ? ORDER BY accountGroups.userNameKey LIMIT ?`,
    toAccount,
  );
  const find = (condition: string) => db.one(`SELECT ${columns} FROM accounts WHERE ${condition}`, toAccount);

  return {
    async insert(account) {
      await insert(...toColumns(account), account.id, account.lastSignInAt ?? null);
    },
    findById: find('id = ?'),
    findBySub: find('sub = ?'),
    findByUserNameKey: find('userNameKey = ?'),
    findByUserHandle: find('id = (SELECT accountId FROM accountUserHandles WHERE userHandles = ?)'),
    listByVerifiedEmail: db.many(
      `SELECT ${columns} FROM accounts WHERE emailKey = ? AND emailVerified = 1 LIMIT 2`,
      toAccount,
    ),
    async update(account, expectedRevision) {
      const next = { ...account, revision: expectedRevision + 1 };
      return (await update(...toColumns(next), account.id, expectedRevision)) === 1;
    },
    async recordSignIn(id, at) {
      await recordSignIn(at, id);
    },
    remove: async (id) => (await remove(id)) === 1,
    list,
    listByRole: db.many(`SELECT ${columns} FROM accounts WHERE role = ? ORDER BY userNameKey`, toAccount),
    listByAdministered: db.many(
      `SELECT ${columns} FROM accountApps JOIN accounts ON accounts.id = accountId WHERE appId = ?`,
      toAccount,
    ),
    listByGroup: async (groupId, { after = '', limit }) =>
      toPage(await listByGroup(groupId, after, limit + 1), limit, userNameKeyOf),
    search: ({ text, role, status, ...page }) =>
      search({
        ...page,
        words: searchWords(text),
        scope: narrowestScope({ ...(role && { role }), ...(status && { status }) }),
        accept: (account) =>
          (role === undefined || account.role === role) &&
          (status === undefined || account.status === status),
      }),
  };
}

function createList(db: Database): AccountRepository['list'] {
  const ofThose = (condition: string) =>
    db.many(
      `SELECT ${columns} FROM accounts WHERE ${condition} userNameKey > ? ORDER BY userNameKey LIMIT ?`,
      toAccount,
    );
  const all = ofThose('');
  const ofRole = ofThose('role = ? AND');
  const ofStatus = ofThose('status = ? AND');
  const ofBoth = ofThose('role = ? AND status = ? AND');
  return async ({ after = '', limit, role, status }) => {
    const read = () => {
      if (role !== undefined)
        return status === undefined ? ofRole(role, after, limit + 1) : ofBoth(role, status, after, limit + 1);
      return status === undefined ? all(after, limit + 1) : ofStatus(status, after, limit + 1);
    };
    return toPage(await read(), limit, userNameKeyOf);
  };
}

const userNameKeyOf = (account: Account) => account.userNameKey;

/** `lastSignInAt` stands in its column alone: a sign-in and an edit of the record do not undo each other. */
function toColumns({ lastSignInAt, ...account }: Account) {
  return [
    account.sub,
    account.userNameKey,
    account.founder ? 1 : null,
    account.role,
    account.revision,
    JSON.stringify(account),
    storedAccountTerms(account),
  ] as const;
}

function toAccount({ record, lastSignInAt }: Row): Account {
  const account = JSON.parse(record as string);
  if (lastSignInAt !== null) account.lastSignInAt = lastSignInAt;
  return account;
}
