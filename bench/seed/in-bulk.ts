import mongoose from 'mongoose';
import { accountTerms } from '../../server/storage.ts';
import type { Seeded } from './people.ts';
import type { SeedWriter } from './seed.ts';

interface Document {
  _id: string;
}

/**
 * Writes documents of MongoDB as the storage keeps them, many at once: one by one, as the ports do, a million people
 * would take hours.
 */
export async function openBulkWriter(url: string): Promise<SeedWriter & AsyncDisposable> {
  const connection = await mongoose.createConnection(url, { autoIndex: false }).asPromise();
  const insert = async (name: string, records: readonly { id: string; expiresAt?: number }[]) => {
    const documents = records.map(({ id, ...record }) => ({
      ...{ _id: id, ...record },
      ...(record.expiresAt !== undefined && { removeAt: new Date(record.expiresAt) }),
    }));
    if (documents.length > 0) await connection.collection<Document>(name).insertMany(documents);
  };
  return {
    batchSize: 1000,
    async write(people, seal) {
      const all = <T>(of: (person: Seeded) => readonly T[]) => people.flatMap(of);
      await insert(
        'accounts',
        people.map(({ account }) => ({ ...account, terms: accountTerms(account) })),
      );
      await insert(
        'passkeyHolders',
        all(({ account, held }) =>
          held.length > 0 ? [{ id: account.id, passkeys: held, revision: 1 }] : [],
        ),
      );
      await insert(
        'passkeys',
        all(({ passkeys }) => passkeys),
      );
      await insert(
        'signIns',
        all(({ signIns }) => signIns),
      );
      await insert('artifacts', all(({ artifacts }) => artifacts).map(seal));
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
