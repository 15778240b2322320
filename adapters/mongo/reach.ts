import type { Connection } from 'mongoose';

const owned = ['accounts', 'passkeys'];
const system = ['admin', 'config', 'local'];

/** More is not looked at: one is enough to tell. */
const most = 100;

/**
 * Tries to read the records of other installations, or of the other side of this one, with the credentials of this
 * connection. Resolves to the databases where it could: none, where the server's roles are as they should be.
 */
export async function readableElsewhere({ db }: Connection): Promise<string[]> {
  if (!db) return [];
  const { databases } = await db.admin().listDatabases({ nameOnly: true });
  const others = databases
    .map(({ name }) => name)
    .filter((name) => name !== db.databaseName && !system.includes(name))
    .slice(0, most);
  const readable: string[] = [];
  for (const name of others) if (await canRead(db.client.db(name))) readable.push(name);
  return readable;
}

/** A refusal is what is hoped for. An empty collection tells nothing, and harms nobody. */
async function canRead(database: NonNullable<Connection['db']>): Promise<boolean> {
  for (const collection of owned) {
    const found = await database
      .collection(collection)
      .findOne({}, { projection: { _id: 1 } })
      .catch(() => null);
    if (found) return true;
  }
  return false;
}
