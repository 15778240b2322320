import type { Connection } from 'mongoose';
import { accountTerms, appTerms, groupTerms, searchWords } from '../../server/storage.ts';
import { operator } from './link.ts';
import type { Stored } from './record-model.ts';

/** What a record is found by stands in it, as an array, and is no part of the record that others see. */
export const termsField = { terms: { type: [String], default: undefined } };

export const withoutTerms = ({ terms, ...stored }: Stored): Stored => stored as Stored;

const termsOf = {
  accounts: accountTerms,
  groups: groupTerms,
  apps: ({ _id, name }: { _id: string; name: string }) => appTerms({ id: _id, name }),
} satisfies Record<string, (stored: never) => string[]>;

export function withTerms(collection: keyof typeof termsOf): (stored: Stored) => Stored {
  const terms = termsOf[collection] as unknown as (stored: Stored) => string[];
  return (stored) => ({ ...stored, terms: terms(stored) });
}

/**
 * Records of which every word begins a term; undefined where there is no word. Of an array, two bounds side by side may
 * hold for two elements: `$elemMatch` makes them one range of the index.
 */
export function matching(text: string): Record<string, unknown> | undefined {
  const words = searchWords(text);
  if (words.length === 0) return undefined;
  const begins = (word: string) => operator({ $elemMatch: { $gte: word, $lt: `${word}\u{10ffff}` } });
  return { $and: words.map((word) => ({ terms: begins(word) })) };
}

const batchSize = 500;

/** Gives terms to what has none yet, in batches; it can be run again after it was interrupted, or beside others. */
export async function addTerms(connection: Connection): Promise<void> {
  for (const name of ['accounts', 'groups', 'apps'] as const) {
    const add = withTerms(name);
    const collection = connection.collection<Stored>(name);
    const missing = collection.find({ terms: { $exists: false } }, { batchSize });
    let batch: Stored[] = [];
    const write = async () => {
      const operations = batch.map((stored) => ({
        updateOne: {
          filter: { _id: stored._id, revision: stored.revision, terms: { $exists: false } },
          update: { $set: { terms: add(stored).terms } },
        },
      }));
      if (operations.length > 0) await collection.bulkWrite(operations, { ordered: false });
      batch = [];
    };
    for await (const stored of missing) if (batch.push(stored) === batchSize) await write();
    await write();
  }
}
