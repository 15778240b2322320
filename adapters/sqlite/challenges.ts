import type { Challenge, ChallengeRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';
import { removeExpiredFrom } from './expiry.ts';

export function createChallenges(db: Database): ChallengeRepository {
  const insert = db.change('INSERT INTO challenges (id, expiresAt, record) VALUES (?, ?, ?)', {
    durable: false,
  });
  return {
    async insert(challenge) {
      await insert(challenge.id, challenge.expiresAt, JSON.stringify(challenge));
    },
    // Whatever an answer is good for is a durable write after this one, and the log keeps their order.
    take: db.take<Challenge>('DELETE FROM challenges WHERE id = ? AND expiresAt > ? RETURNING record', {
      durable: false,
    }),
    removeExpired: removeExpiredFrom(db, 'challenges'),
  };
}
