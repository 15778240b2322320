import type { App, AppRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind } from './record-model.ts';

const appKind: RecordKind<App> = {
  name: 'apps',
  fields: {
    name: String,
    kind: String,
    redirectUris: [String],
    postLogoutRedirectUris: [String],
    secrets: [embedded({ id: String, hash: String, createdAt: Number, expiresAt: Number })],
    grantTypes: [String],
    tokenEndpointAuthMethod: String,
    scopes: [String],
    consent: String,
    pkce: String,
    idTokenSignedResponseAlg: String,
    lifetimes: embedded({ accessToken: Number, refreshToken: Number, session: Number }),
    logoUri: String,
    origin: String,
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
  },
  isCached: true,
};

export function createApps(link: Link): AppRepository {
  const apps = createCollection(link, appKind);
  return {
    insert: (app) => apps.insert(app),
    findById: (id) => apps.one({ _id: id }),
    update: (app, expectedRevision) =>
      apps.replace({ _id: app.id, revision: expectedRevision }, { ...app, revision: expectedRevision + 1 }),
    remove: async (id) => (await apps.remove({ _id: id })) === 1,
    async list({ after = '', limit }) {
      const rows = await apps.many({ _id: operator({ $gt: after }) }, { sort: { _id: 1 }, limit: limit + 1 });
      return toPage(rows, limit, ({ id }) => id);
    },
  };
}
