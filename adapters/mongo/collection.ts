import type { Model } from 'mongoose';
import { ConflictError } from '../../server/storage.ts';
import { isDuplicateKey } from './errors.ts';
import { type Link, operator } from './link.ts';
import { createCodec, createModel, type RecordKind, type Revision, type Stored } from './record-model.ts';

type Filter = Record<string, unknown>;

/** One kind of record, by the few operations that the repositories are made of. */
export interface Collection<T extends { id: string }> {
  /** In this order, up to the first that fails. @throws ConflictError */
  insert(...records: readonly T[]): Promise<void>;
  one(filter: Filter): Promise<T | undefined>;
  many(filter: Filter, order?: { sort?: Record<string, 1 | -1>; limit?: number }): Promise<T[]>;
  count(filter: Filter): Promise<number>;
  /** Finds and deletes in one step. */
  take(filter: Filter): Promise<T | undefined>;
  /** Sets single fields; tells whether the filter matched. */
  change(filter: Filter, fields: Record<string, unknown>): Promise<boolean>;
  /** Sets single fields of all that match; resolves to how many these were. */
  changeAll(filter: Filter, fields: Record<string, unknown>): Promise<number>;
  /** Replaces all fields but those in `kept`; tells whether the filter matched. @throws ConflictError */
  replace(filter: Filter, record: T, kept?: readonly string[]): Promise<boolean>;
  /** Inserts, or replaces all fields; of the field `earliest` the smaller value stays. @throws ConflictError */
  put(record: T, earliest: string): Promise<void>;
  remove(filter: Filter): Promise<number>;
}

interface Parts<T extends { id: string }> {
  link: Link;
  kind: RecordKind<T>;
  model: Model<Stored>;
  codec: ReturnType<typeof createCodec<T>>;
}

export function createCollection<T extends { id: string }>(link: Link, kind: RecordKind<T>): Collection<T> {
  const parts = { link, kind, model: createModel(link, kind), codec: createCodec(kind) };
  return { ...createReads(parts), ...createWrites(parts) };
}

function createReads<T extends { id: string }>({
  link: { run },
  kind,
  model,
  codec: { toRecord },
}: Parts<T>) {
  const readConcern = kind.readsMajority ? 'majority' : 'local';
  return {
    one: (filter) =>
      run(async () => {
        const stored = await model.findOne(filter).readConcern(readConcern).lean<Stored>();
        return stored ? toRecord(stored) : undefined;
      }),
    many: (filter, order = {}) =>
      run(async () => {
        const stored = await model.find(filter, null, order).readConcern(readConcern).lean<Stored[]>();
        return stored.map(toRecord);
      }),
    count: (filter) => run(() => model.countDocuments(filter).readConcern(readConcern).exec()),
    take: (filter) =>
      run(async () => {
        const stored = await model.findOneAndDelete(filter).lean<Stored>();
        return stored ? toRecord(stored) : undefined;
      }),
  } satisfies Partial<Collection<T>>;
}

function createWrites<T extends { id: string }>({ link, kind, model, codec: { toStored } }: Parts<T>) {
  const { fields, unique = [], isCached } = kind;
  const replacement = createReplacement(Object.keys(fields));
  // Rare records with several unique keys: of many that collide, a server that checks each key under a lock of its own
  // lets some wait for one another until a time limit. One after the other they cannot.
  const inTurn = isCached && unique.length > 0 ? createTurns() : <R>(work: () => Promise<R>) => work();

  /** Runs a write, announces it if it changed something, and names the field of a conflict. */
  function write<R extends number | boolean>(operation: () => Promise<R>, records: readonly Stored[] = []) {
    return link.run(async () => {
      const result = await inTurn(() => naming(() => findConflict(model, unique, records), operation));
      if (result && isCached) await announce(link);
      return result;
    });
  }

  return {
    async insert(...records) {
      const stored = records.map(toStored);
      await write(async () => (await model.insertMany(stored)).length, stored);
    },
    change: (filter, values) =>
      link.run(async () => (await model.updateOne(filter, { $set: values })).matchedCount === 1),
    changeAll: (filter, values) =>
      link.run(async () => (await model.updateMany(filter, { $set: values })).matchedCount),
    replace(filter, record, kept = []) {
      const stored = toStored(record);
      const update = replacement(stored, kept);
      return write(async () => (await model.updateOne(filter, update)).matchedCount === 1, [stored]);
    },
    async put(record, earliest) {
      const stored = toStored(record);
      const value = stored[earliest];
      const minimum = value === undefined ? {} : { $min: { [earliest]: value } };
      const update = { ...replacement(stored, [earliest]), ...minimum };
      await write(async () => {
        await model.updateOne({ _id: record.id }, update, { upsert: true });
        return true;
      }, [stored]);
    },
    remove: (filter) => write(async () => (await model.deleteMany(filter)).deletedCount),
  } satisfies Partial<Collection<T>>;
}

/** Runs what it is given one after the other, in the order it came. */
function createTurns(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

/** Sets what a record has and unsets what it has not, apart from the fields that others change. */
function createReplacement(fields: readonly string[]) {
  const names = [...fields, 'removeAt'];
  return (stored: Stored, kept: readonly string[]) => {
    const set: Record<string, unknown> = {};
    const unset: Record<string, 1> = {};
    for (const name of names) {
      if (kept.includes(name)) continue;
      if (stored[name] === undefined) unset[name] = 1;
      else set[name] = stored[name];
    }
    return { $set: set, ...(Object.keys(unset).length > 0 && { $unset: unset }) };
  };
}

/** After the write: whoever reads the new number reads the new record too. */
async function announce({ connection }: Link): Promise<void> {
  await connection.collection<Revision>('revisions').updateOne({ _id: 'caches' }, { $inc: { value: 1 } });
}

async function naming<R>(find: () => Promise<string>, operation: () => Promise<R>): Promise<R> {
  try {
    return await operation();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new ConflictError(await find(), { cause: error });
  }
}

/** Not every server says which key collided, so another record with the same value is looked for. */
async function findConflict(
  model: Model<Stored>,
  unique: readonly (readonly string[])[],
  records: readonly Stored[],
): Promise<string> {
  for (const record of records) {
    const { _id } = record;
    for (const key of unique) {
      const values = key.map((field) => [field, sameAs(record[field])] as const);
      if (values.some(([, value]) => value === undefined)) continue;
      const other = { ...Object.fromEntries(values), _id: operator({ $ne: _id }) };
      if (await model.exists(other)) return key.at(-1) ?? 'id';
    }
  }
  return 'id';
}

const sameAs = (value: unknown) => (Array.isArray(value) ? operator({ $in: value }) : value);
