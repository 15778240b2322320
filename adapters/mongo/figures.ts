import type { Figure, FigureRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { isDuplicateKey } from './errors.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind, Stored } from './record-model.ts';

const figureKind: RecordKind<Figure> = { name: 'figures', fields: { value: Number, expiresAt: Number } };

/** Two first additions to one figure may collide: whoever loses goes again. */
const attempts = 5;

export function createFigures(link: Link): FigureRepository {
  const figures = createCollection(link, figureKind);

  async function change(how: '$inc' | '$max', { id, value, expiresAt }: Figure): Promise<void> {
    const times = expiresAt === undefined ? undefined : { expiresAt, removeAt: new Date(expiresAt) };
    const update = { [how]: { value }, ...(times && { $setOnInsert: times }) };
    for (let attempt = 1; ; attempt++)
      try {
        await link.connection.collection<Stored>('figures').updateOne({ _id: id }, update, { upsert: true });
        return;
      } catch (error) {
        if (attempt === attempts || !isDuplicateKey(error)) throw error;
      }
  }

  return {
    add: (added) =>
      link.run(async () => {
        await Promise.all(added.map((figure) => change('$inc', figure)));
      }),
    recordHighest: (figure) => link.run(() => change('$max', figure)),
    findMany: (ids) => figures.many({ _id: operator({ $in: ids }) }),
    listByPrefix: (prefix) =>
      figures.many({ _id: operator({ $gte: prefix, $lt: `${prefix}\u{10ffff}` }) }, { sort: { _id: 1 } }),
    removeExpired: (now) => figures.remove(expiredAt(now)),
  };
}
