import type { Figure, FigureRepository } from '../../server/storage.ts';
import type { Database, Row } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createFigures(db: Database): FigureRepository {
  const insertion = 'INSERT INTO figures (id, value, expiresAt) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE';
  const add = db.statement(`${insertion} SET value = value + excluded.value`);
  // Lost with the power, it leaves what is read again.
  const recordHighest = db.change(`${insertion} SET value = max(value, excluded.value)`, { durable: false });
  const findMany = db.many(
    'SELECT id, value, expiresAt FROM figures WHERE id IN (SELECT value FROM json_each(?))',
    toFigure,
  );
  const listByPrefix = db.many(
    'SELECT id, value, expiresAt FROM figures WHERE id >= ? AND id < ? ORDER BY id',
    toFigure,
  );
  return {
    add: (figures) =>
      db.together(
        () => {
          for (const { id, value, expiresAt } of figures) add(id, value, expiresAt ?? null);
        },
        // What a power cut takes of it is counted anew by `recount`, or is gone with the sign-ins of that second.
        { durable: false },
      ),
    async recordHighest({ id, value, expiresAt }) {
      await recordHighest(id, value, expiresAt ?? null);
    },
    findMany: (ids) => findMany(JSON.stringify(ids)),
    listByPrefix: (prefix) => listByPrefix(prefix, `${prefix}\u{10ffff}`),
    removeExpired: removeExpiredFrom(db, 'figures'),
  };
}

function toFigure({ id, value, expiresAt }: Row): Figure {
  const figure = { id: String(id), value: Number(value) };
  return expiresAt === null ? figure : { ...figure, expiresAt: Number(expiresAt) };
}
