import type { OutgoingMail, OutgoingMailRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { expiredAt, unexpired } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const outgoingMailKind: RecordKind<OutgoingMail> = {
  name: 'outgoingMails',
  fields: { sealed: String, attempts: Number, nextAttemptAt: Number, createdAt: Number, expiresAt: Number },
};

export function createOutgoingMails(link: Link): OutgoingMailRepository {
  const mails = createCollection(link, outgoingMailKind);
  return {
    insert: (mail) => mails.insert(mail),
    listDue: ({ until, limit }) =>
      mails.many(
        { nextAttemptAt: operator({ $lte: until }), ...unexpired(until) },
        { sort: { nextAttemptAt: 1 }, limit },
      ),
    update: (mail, expectedAttempts) => mails.replace({ _id: mail.id, attempts: expectedAttempts }, mail),
    remove: async (id) => (await mails.remove({ _id: id })) === 1,
    removeExpired: (now) => mails.remove(expiredAt(now)),
  };
}
