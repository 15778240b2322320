import type { Invitation, InvitationRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt, expiring, unexpired } from './expiry.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const invitationKind: RecordKind<Invitation> = {
  name: 'invitations',
  fields: {
    purpose: String,
    accountId: String,
    createdBy: String,
    mailedTo: String,
    withoutGroups: Boolean,
    createdAt: Number,
    expiresAt: Number,
  },
};

export function createInvitations(link: Link): InvitationRepository {
  const invitations = createCollection(link, invitationKind);
  return {
    insert: (invitation) => invitations.insert(invitation),
    find: (id, now) => invitations.one({ _id: id, ...unexpired(now) }),
    take: (id, now) => invitations.take({ _id: id, ...unexpired(now) }),
    removeByPurpose: (purpose) => invitations.remove({ purpose }),
    removeByAccount: (accountId) => invitations.remove({ accountId }),
    countOpen: ({ now, until }) => invitations.count(expiring({ now, until })),
    removeExpired: (now) => invitations.remove(expiredAt(now)),
  };
}
