/** What is read of a realm as Keycloak 26 exports it (`kc.sh export --users same_file`); the rest is not looked at. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';

const text = z.string();
const attributes = z.record(text, z.array(text)).default({});
const clientRoles = z.record(text, z.array(text)).default({});

const mapper = z.object({
  name: text,
  protocolMapper: text,
  config: z.record(text, z.unknown()).default({}),
});
export type Mapper = z.output<typeof mapper>;

const client = z.object({
  clientId: text,
  name: text.optional(),
  enabled: z.boolean().default(true),
  protocol: text.default('openid-connect'),
  clientAuthenticatorType: text.default('client-secret'),
  secret: text.optional(),
  redirectUris: z.array(text).default([]),
  consentRequired: z.boolean().default(false),
  bearerOnly: z.boolean().default(false),
  publicClient: z.boolean().default(false),
  standardFlowEnabled: z.boolean().default(true),
  implicitFlowEnabled: z.boolean().default(false),
  directAccessGrantsEnabled: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  frontchannelLogout: z.boolean().default(false),
  attributes: z.record(text, text).default({}),
  authenticationFlowBindingOverrides: z.record(text, z.unknown()).default({}),
  protocolMappers: z.array(mapper).default([]),
  defaultClientScopes: z.array(text).default([]),
  optionalClientScopes: z.array(text).default([]),
});
export type Client = z.output<typeof client>;

export interface RealmGroup {
  id: string;
  name: string;
  path: string;
  subGroups: RealmGroup[];
  attributes: Record<string, string[]>;
  realmRoles: string[];
  clientRoles: Record<string, string[]>;
}
const group: z.ZodType<RealmGroup> = z.object({
  id: text,
  name: text,
  path: text,
  get subGroups() {
    return z.array(group).default([]);
  },
  attributes,
  realmRoles: z.array(text).default([]),
  clientRoles,
});

const role = z.object({
  id: text,
  name: text,
  description: text.optional(),
  composites: z
    .object({ realm: z.array(text).default([]), client: clientRoles })
    .default({ realm: [], client: {} }),
});
export type Role = z.output<typeof role>;

const credential = z.object({
  type: text,
  userLabel: text.optional(),
  createdDate: z.number().optional(),
  credentialData: text.default('{}'),
});

const user = z.object({
  id: text,
  username: text,
  firstName: text.optional(),
  lastName: text.optional(),
  email: text.optional(),
  emailVerified: z.boolean().default(false),
  enabled: z.boolean().default(true),
  createdTimestamp: z.number().default(0),
  serviceAccountClientId: text.optional(),
  attributes,
  credentials: z.array(credential).default([]),
  requiredActions: z.array(text).default([]),
  realmRoles: z.array(text).default([]),
  clientRoles,
  groups: z.array(text).default([]),
  federatedIdentities: z.array(z.object({ identityProvider: text })).default([]),
});
export type User = z.output<typeof user>;

const realm = z.object({
  realm: text,
  defaultSignatureAlgorithm: text.default('RS256'),
  webAuthnPolicyPasswordlessRpId: text.default(''),
  defaultRole: z.object({ name: text }).optional(),
  roles: z
    .object({ realm: z.array(role).default([]), client: z.record(text, z.array(role)).default({}) })
    .default({ realm: [], client: {} }),
  groups: z.array(group).default([]),
  users: z.array(user).default([]),
  clients: z.array(client).default([]),
  clientScopes: z.array(z.object({ name: text, protocolMappers: z.array(mapper).default([]) })).default([]),
  identityProviders: z.array(z.object({ alias: text })).default([]),
  components: z.record(text, z.array(z.object({ name: text }))).default({}),
  authenticationFlows: z
    .array(z.object({ alias: text, builtIn: z.boolean(), topLevel: z.boolean() }))
    .default([]),
  smtpServer: z.record(text, z.unknown()).default({}),
});
export type Realm = z.output<typeof realm>;

/** @throws AppError `field_invalid` for what is no realm */
export function parseRealm(json: unknown): Realm {
  const { success, data, error } = realm.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') || 'it';
  throw new AppError('field_invalid', {
    field: 'file',
    detail: `it is not a realm that Keycloak exported: ${where}: ${issue?.message}`,
  });
}

/** Keycloak's own, in every realm. */
export const ownClients: readonly string[] = [
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
];
