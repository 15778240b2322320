import type {
  FidoMetadataRepository,
  MetadataAttempt,
  MetadataBlob,
  MetadataHead,
} from '../../server/storage.ts';
import { isDuplicateKey } from './errors.ts';
import type { Link } from './link.ts';

type Part = 'blob' | 'attempt' | `highest ${string}`;

/** `no` only grows. */
interface StoredPart {
  _id: Part;
  no: number;
  record?: MetadataHead | MetadataAttempt;
  packed?: string;
}

type Parts = ReturnType<typeof partsOf>;

const partsOf = ({ connection }: Pick<Link, 'connection'>) =>
  connection.collection<StoredPart>('fidoMetadata');

/**
 * A document for the blob, one for the attempt and one for each authority, each replaced whole. The driver itself,
 * because the blob's head is read without the blob.
 */
export function createFidoMetadata({ connection, run }: Link): FidoMetadataRepository {
  const parts = () => partsOf({ connection });
  const options = { readConcern: { level: 'majority' } } as const;
  const find = <T>(id: Part, { whole = false } = {}) =>
    run(async () => {
      const projection = whole ? {} : { packed: 0 };
      const stored = await parts().findOne({ _id: id }, { ...options, projection });
      return stored ? (stored as StoredPart & { record: T }) : undefined;
    });
  const put = (part: StoredPart, condition: '$lt' | '$lte') =>
    run(async () => {
      const replace = () => replaceWhere(parts(), part, condition);
      // Where a greater one is there, nothing is replaced, and the insert meets it; one that has just come may be smaller.
      return (await replace()) || (await insertFirst(parts(), part)) || (await replace());
    });
  return {
    findHead: async () => (await find<MetadataHead>('blob'))?.record,
    async find() {
      const stored = await find<MetadataHead>('blob', { whole: true });
      return stored && ({ ...stored.record, packed: String(stored.packed) } satisfies MetadataBlob);
    },
    recordBlob: ({ packed, ...record }) => put({ _id: 'blob', no: record.no, record, packed }, '$lte'),
    remove: () => run(async () => void (await parts().deleteOne({ _id: 'blob' }))),
    findHighest: async (authority) => (await find(`highest ${authority}`))?.no ?? 0,
    recordHighest: (authority, no) => put({ _id: `highest ${authority}`, no }, '$lt'),
    findAttempt: async () => (await find<MetadataAttempt>('attempt'))?.record,
    recordAttempt: (record) =>
      run(async () => {
        await parts().replaceOne({ _id: 'attempt' }, { no: 0, record }, { upsert: true });
      }),
  };
}

async function replaceWhere(parts: Parts, part: StoredPart, condition: '$lt' | '$lte'): Promise<boolean> {
  const { _id, ...replacement } = part;
  const { matchedCount } = await parts.replaceOne({ _id, no: { [condition]: part.no } }, replacement);
  return matchedCount === 1;
}

async function insertFirst(parts: Parts, part: StoredPart): Promise<boolean> {
  try {
    await parts.insertOne(part);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
