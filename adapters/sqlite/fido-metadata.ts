import type {
  FidoMetadataRepository,
  MetadataAttempt,
  MetadataBlob,
  MetadataHead,
} from '../../server/storage.ts';
import type { Database, Row } from './database.ts';

const highestOf = (authority: string) => `highest ${authority}`;

/** A row for the blob, one for the attempt and one for each authority. */
export function createFidoMetadata(db: Database): FidoMetadataRepository {
  const findHead = db.one<MetadataHead>("SELECT record FROM fidoMetadata WHERE id = 'blob'");
  const find = db.one("SELECT record, packed FROM fidoMetadata WHERE id = 'blob'", toBlob);
  const findHighest = db.one('SELECT no FROM fidoMetadata WHERE id = ?', ({ no }) => Number(no));
  const findAttempt = db.one<MetadataAttempt>("SELECT record FROM fidoMetadata WHERE id = 'attempt'");
  const put = (condition: '>' | '>=') =>
    db.change(
      `INSERT INTO fidoMetadata (id, no, record, packed) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET no = excluded.no, record = excluded.record, packed = excluded.packed
       WHERE excluded.no ${condition} no`,
    );
  const [putLater, putGreater] = [put('>='), put('>')];
  const recordAttempt = db.change(
    `INSERT INTO fidoMetadata (id, no, record) VALUES ('attempt', 0, ?)
     ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
    { durable: false },
  );
  const remove = db.change("DELETE FROM fidoMetadata WHERE id = 'blob'");
  return {
    findHead: () => findHead(),
    find: () => find(),
    recordBlob: async ({ packed, ...head }) =>
      (await putLater('blob', head.no, JSON.stringify(head), packed)) === 1,
    remove: async () => void (await remove()),
    findHighest: async (authority) => (await findHighest(highestOf(authority))) ?? 0,
    recordHighest: async (authority, no) => (await putGreater(highestOf(authority), no, '{}', null)) === 1,
    findAttempt: () => findAttempt(),
    recordAttempt: async (attempt) => void (await recordAttempt(JSON.stringify(attempt))),
  };
}

function toBlob({ record, packed }: Row): MetadataBlob {
  return { ...JSON.parse(String(record)), packed: String(packed) };
}
