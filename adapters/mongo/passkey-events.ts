import type { PasskeyEvent, PasskeyEventRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { expiredAt } from './expiry.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const passkeyEventKind: RecordKind<PasskeyEvent> = {
  name: 'passkeyEvents',
  fields: { at: Number, type: { type: String }, userHandle: String, passkeyId: String, expiresAt: Number },
};

export function createPasskeyEvents(link: Link): PasskeyEventRepository {
  const events = createCollection(link, passkeyEventKind);
  return {
    insert: (event) => events.insert(event),
    async list({ after = '', limit }) {
      const filter = { _id: operator({ $gt: after }) };
      const found = await events.many(filter, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(found, limit, ({ id }) => id);
    },
    removeExpired: (now) => events.remove(expiredAt(now)),
  };
}
