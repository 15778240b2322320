import type { App, AppRepository } from '../../server/storage.ts';
import { toPage } from '../page.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import { embedded, type RecordKind, type Stored } from './record-model.ts';
import { matching, termsField, withoutTerms, withTerms } from './search.ts';

/** Of a `proxied` one, by which it is found. */
const proxiedOriginsField = { proxiedOrigins: { type: [String], default: undefined } };

function withProxiedOrigins(stored: Stored): Stored {
  const { origins } = (stored.forwardAuth ?? {}) as Partial<NonNullable<App['forwardAuth']>>;
  return origins ? { ...stored, proxiedOrigins: origins } : stored;
}

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
    backchannelLogoutUri: String,
    backchannelLogoutSessionRequired: Boolean,
    frontchannelLogoutUri: String,
    frontchannelLogoutSessionRequired: Boolean,
    ciba: Object,
    subjectType: String,
    sectorIdentifierUri: String,
    clientCertificate: Object,
    certificateBoundAccessTokens: Boolean,
    defaultAcrValues: { type: [String], default: undefined },
    defaultMaxAge: Number,
    initiateLoginUri: String,
    allowedGroups: { type: [String], default: undefined },
    claims: { type: [String], default: undefined },
    apiScopes: { type: [String], default: undefined },
    tokenExchange: {
      type: embedded({ apps: [String], impersonates: { type: [String], default: undefined } }),
      default: undefined,
    },
    jwks: Object,
    jwksUri: String,
    forwardAuth: Object,
    ...proxiedOriginsField,
    registration: Object,
    security: Object,
    authenticatorRule: Object,
    origin: String,
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
    ...termsField,
  },
  isCached: true,
  unique: [['proxiedOrigins']],
  encode: (stored) => withTerms('apps')(withProxiedOrigins(stored)),
  decode: ({ proxiedOrigins: _, ...stored }) => withoutTerms(stored as Stored),
};

export function createApps(link: Link): AppRepository {
  const apps = createCollection(link, appKind);
  const page = async (filter: object, { after = '', limit }: { after?: string; limit: number }) => {
    const those = { ...filter, _id: operator({ $gt: after }) };
    return toPage(await apps.many(those, { sort: { _id: 1 }, limit: limit + 1 }), limit, ({ id }) => id);
  };
  return {
    insert: (app) => apps.insert(app),
    findById: (id) => apps.one({ _id: id }),
    findByOrigin: (origin) => apps.one({ proxiedOrigins: origin }),
    update: (app, expectedRevision) =>
      apps.replace({ _id: app.id, revision: expectedRevision }, { ...app, revision: expectedRevision + 1 }),
    remove: async (id) => (await apps.remove({ _id: id })) === 1,
    list: (query) => page({}, query),
    async search({ text, ...query }) {
      const matched = matching(text);
      return matched ? page(matched, query) : { items: [] };
    },
  };
}
