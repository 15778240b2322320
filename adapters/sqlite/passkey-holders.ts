import type { PasskeyHolder, PasskeyHolderRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createPasskeyHolders(db: Database): PasskeyHolderRepository {
  // As the figures that follow from it: these are written later, so none is kept without it.
  const options = { durable: false };
  const insert = db.change('INSERT INTO passkeyHolders (id, revision, record) VALUES (?, ?, ?)', options);
  const update = db.change(
    'UPDATE passkeyHolders SET revision = ?, record = ? WHERE id = ? AND revision = ?',
    options,
  );
  const findMany = db.many<PasskeyHolder>(
    'SELECT record FROM passkeyHolders WHERE id IN (SELECT value FROM json_each(?))',
  );
  return {
    async insert(holder) {
      await insert(holder.id, holder.revision, JSON.stringify(holder));
    },
    findMany: (ids) => findMany(JSON.stringify(ids)),
    async update(holder, expectedRevision) {
      const next = { ...holder, revision: expectedRevision + 1 };
      return (await update(next.revision, JSON.stringify(next), next.id, expectedRevision)) === 1;
    },
    take: db.take<PasskeyHolder>('DELETE FROM passkeyHolders WHERE id = ? RETURNING record', options),
  };
}
