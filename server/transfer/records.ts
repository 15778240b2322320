/** What an export may hold, field by field: what is not listed here was written by a newer version. */
import { z } from 'zod';
import { type Account, roles } from '../accounts/account.ts';
import { type AttributeDefinition, attributeTypes } from '../accounts/attribute.ts';
import type { Api } from '../apis/api.ts';
import { certificateSubject } from '../apps/certificate-subject.ts';
import { forwardAuthSchema } from '../apps/forward-auth.ts';
import { idTokenAlgorithms } from '../apps/id-token-algorithms.ts';
import { securityFields } from '../apps/security.ts';
import { appKinds } from '../apps/validation.ts';
import { ruleSchema } from '../authenticator-policy/rule.ts';
import type { Group } from '../groups/group.ts';
import type { CarriedPasskey } from '../passkeys/carried-passkey.ts';
import type { CarriedApp, CarriedItem, CarriedSecret } from './content.ts';

const text = z.string();
const texts = z.array(text);
const flag = z.boolean();
const whole = z.int();
const times = { createdAt: whole, updatedAt: whole, revision: whole };

const attribute = z.strictObject({
  id: text,
  label: text,
  type: z.enum(attributeTypes),
  description: text.exactOptional(),
  ...times,
} satisfies Record<keyof AttributeDefinition, z.ZodType>);

const group = z.strictObject({
  id: text,
  name: text,
  nameKey: text,
  description: text.exactOptional(),
  authenticatorRule: ruleSchema.exactOptional(),
  ...times,
} satisfies Record<keyof Group, z.ZodType>);

const secret = { id: text, createdAt: whole, expiresAt: whole.exactOptional() };
const imported = z.union([
  z.strictObject({ scheme: z.enum(['bcrypt', 'sha256']), hash: text }),
  z.strictObject({ scheme: z.literal('latchkey'), hash: text, key: text }),
]);
const carriedSecret = z.union([
  z.strictObject({ ...secret, value: text }),
  z.strictObject({ ...secret, imported }),
]) as z.ZodType<CarriedSecret>;

const app = z.strictObject({
  id: text,
  name: text,
  kind: z.enum(appKinds),
  redirectUris: texts,
  postLogoutRedirectUris: texts,
  secrets: z.array(carriedSecret),
  grantTypes: texts,
  tokenEndpointAuthMethod: text,
  scopes: texts,
  consent: z.enum(['explicit', 'implicit']),
  pkce: z.enum(['required', 'optional', 'off']),
  idTokenSignedResponseAlg: z.enum(idTokenAlgorithms),
  lifetimes: z.strictObject({
    accessToken: whole.exactOptional(),
    refreshToken: whole.exactOptional(),
    session: whole.exactOptional(),
  }),
  logoUri: text.exactOptional(),
  backchannelLogoutUri: text.exactOptional(),
  backchannelLogoutSessionRequired: flag.exactOptional(),
  frontchannelLogoutUri: text.exactOptional(),
  frontchannelLogoutSessionRequired: flag.exactOptional(),
  ciba: z
    .strictObject({ deliveryMode: z.enum(['poll', 'ping']), notificationEndpoint: text.exactOptional() })
    .exactOptional(),
  subjectType: z.literal('pairwise').exactOptional(),
  sectorIdentifierUri: text.exactOptional(),
  clientCertificate: certificateSubject.exactOptional(),
  certificateBoundAccessTokens: flag.exactOptional(),
  defaultAcrValues: texts.exactOptional(),
  defaultMaxAge: whole.exactOptional(),
  initiateLoginUri: text.exactOptional(),
  allowedGroups: texts.exactOptional(),
  claims: texts.exactOptional(),
  apiScopes: texts.exactOptional(),
  forwardAuth: forwardAuthSchema.exactOptional(),
  tokenExchange: z.strictObject({ apps: texts, impersonates: texts.exactOptional() }).exactOptional(),
  jwks: z.strictObject({ keys: z.array(z.looseObject({})) }).exactOptional(),
  jwksUri: text.exactOptional(),
  security: securityFields.exactOptional(),
  authenticatorRule: ruleSchema.exactOptional(),
  createdAt: whole,
  updatedAt: whole,
} satisfies Record<keyof CarriedApp, z.ZodType>);

const api = z.strictObject({
  id: text,
  audience: text,
  name: text,
  scopes: z.array(z.strictObject({ name: text, sentence: text })),
  tokenFormat: z.enum(['jwt', 'opaque']),
  tokenLifetime: whole,
  signingAlg: z.enum(['ES256', 'RS256', 'PS256']),
  apps: z.array(z.strictObject({ id: text, people: texts, machine: texts, details: texts.exactOptional() })),
  introspectedBy: texts,
  detailTypes: z
    .array(z.strictObject({ type: text, sentence: text, schema: z.looseObject({}) }))
    .exactOptional(),
  ...times,
} satisfies Record<keyof Api, z.ZodType>);

const account = z.strictObject({
  id: text,
  sub: text,
  role: z.enum(roles),
  status: z.enum(['active', 'disabled']),
  userName: text,
  userNameKey: text,
  name: text,
  email: text.exactOptional(),
  emailKey: text.exactOptional(),
  emailVerified: flag,
  locale: text.exactOptional(),
  userHandles: texts,
  founder: z.literal(true).exactOptional(),
  groups: texts,
  administers: texts.exactOptional(),
  attributes: z.record(text, z.union([text, z.number(), flag, texts])).exactOptional(),
  formerEmails: z.array(z.strictObject({ email: text, until: whole })).exactOptional(),
  recoveryBegunAt: whole.exactOptional(),
  recoveredAt: whole.exactOptional(),
  lastSignInAt: whole.exactOptional(),
  ...times,
} satisfies Record<keyof Account, z.ZodType>);

const passkey = z.strictObject({
  id: text,
  publicKey: text,
  userHandle: text,
  rpId: text,
  transports: texts,
  name: text,
  createdAt: whole,
  origin: text.exactOptional(),
  aaguid: text.exactOptional(),
  backupEligible: flag.exactOptional(),
  backedUp: flag.exactOptional(),
  backedUpChangedAt: whole.exactOptional(),
  userVerified: flag.exactOptional(),
  counter: whole.exactOptional(),
  counterAlertAt: whole.exactOptional(),
  attestationObject: text.exactOptional(),
  clientDataJSON: text.exactOptional(),
  status: z.enum(['active', 'suspended']).exactOptional(),
  assurance: z.enum(['confirmed', 'unconfirmed']).exactOptional(),
  lastUsedAt: whole.exactOptional(),
} satisfies Record<keyof CarriedPasskey, z.ZodType>);

const signingKey = z.strictObject({
  id: text,
  alg: z.enum(['ES256', 'RS256', 'EdDSA', 'ML-DSA-44']),
  createdAt: whole,
  jwk: z.looseObject({}),
});

/** 256 bits. */
const pairwiseSalt = z.strictObject({ salt: z.string().regex(/^[\w-]{43}$/) });

export const itemSchema: z.ZodType<CarriedItem> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pairwiseSalt'), record: pairwiseSalt }),
  z.strictObject({ kind: z.literal('attribute'), record: attribute }),
  z.strictObject({ kind: z.literal('group'), record: group }),
  z.strictObject({ kind: z.literal('app'), record: app }),
  z.strictObject({ kind: z.literal('api'), record: api }),
  z.strictObject({
    kind: z.literal('person'),
    record: z.strictObject({ account, passkeys: z.array(passkey) }),
  }),
  z.strictObject({ kind: z.literal('rule'), record: z.strictObject({ rule: ruleSchema }) }),
  z.strictObject({ kind: z.literal('signingKey'), record: signingKey }),
]);
