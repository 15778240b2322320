import type { Challenge, ChallengeRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt, unexpired } from './expiry.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const challengeKind: RecordKind<Challenge> = {
  name: 'challenges',
  fields: {
    purpose: String,
    rpId: String,
    interaction: String,
    browser: String,
    userHandle: String,
    passkeyIds: { type: [String], default: undefined },
    ticketId: String,
    proofId: String,
    expiresAt: Number,
  },
};

export function createChallenges(link: Link): ChallengeRepository {
  const challenges = createCollection(link, challengeKind);
  return {
    insert: (challenge) => challenges.insert(challenge),
    take: (id, now) => challenges.take({ _id: id, ...unexpired(now) }),
    removeExpired: (now) => challenges.remove(expiredAt(now)),
  };
}
