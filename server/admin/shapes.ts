/** What leaves of each record: a field that is not named here stays inside. Times are epoch milliseconds. */
import { z } from 'zod';
import { roles } from '../accounts/account.ts';
import { idTokenAlgorithms } from '../apps/id-token-algorithms.ts';
import { securityFields } from '../apps/security.ts';
import { ruleSchema } from '../authenticator-policy/rule.ts';

export const at = z.int().describe('Epoch milliseconds.');
const revision = z.int().describe('Counts changes; over HTTP also the ETag.');

export const attributeValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

export const accountShape = z
  .object({
    id: z.string(),
    sub: z.string().describe('The subject identifier that apps see.'),
    role: z.enum(roles),
    status: z.enum(['active', 'disabled']),
    userName: z.string(),
    name: z.string(),
    email: z.string().exactOptional(),
    emailVerified: z.boolean(),
    locale: z.string().exactOptional(),
    userHandles: z.array(z.string()).describe('WebAuthn user handles, base64url.'),
    groups: z.array(z.string()).describe('Ids of groups.'),
    administers: z.array(z.string()).exactOptional().describe('Ids of apps.'),
    attributes: z.record(z.string(), attributeValue).exactOptional(),
    recoveryBegunAt: at.exactOptional().describe('When somebody last began to recover the account.'),
    recoveredAt: at.exactOptional().describe('When a recovery link was last used.'),
    createdAt: at,
    updatedAt: at,
    lastSignInAt: at.exactOptional(),
    revision,
  })
  .meta({ id: 'Person' });

export const passkeyShape = z
  .object({
    id: z.string().describe('Credential id, base64url.'),
    userHandle: z.string(),
    rpId: z.string(),
    origin: z.string().describe('Where it was registered.'),
    algorithm: z.int().describe('COSE algorithm, such as -7.'),
    aaguid: z.string(),
    transports: z.array(z.string()),
    backupEligible: z.boolean().exactOptional(),
    backedUp: z.boolean(),
    backedUpChangedAt: at.exactOptional(),
    userVerified: z.boolean(),
    counter: z.int(),
    counterAlertAt: at.exactOptional(),
    modelAlert: z.array(z.string()).exactOptional(),
    modelAlertAt: at.exactOptional(),
    modelAction: z.enum(['block', 'ask', 'notify']).exactOptional(),
    attestation: z
      .object({
        format: z.string(),
        result: z.string(),
        vendor: z.string().exactOptional(),
        root: z.string().exactOptional(),
        chain: z.string().exactOptional(),
        flags: z.int().exactOptional(),
        metadata: z.int().exactOptional(),
      })
      .exactOptional(),
    name: z.string(),
    status: z.enum(['active', 'suspended']),
    assurance: z.enum(['confirmed', 'unconfirmed']),
    model: z.string().exactOptional(),
    icon: z.string().exactOptional(),
    authenticator: z.object({
      attestation: z.string(),
      vendor: z.string().exactOptional(),
      keyProtection: z.array(z.string()).readonly(),
      statuses: z.array(z.string()).readonly(),
      attestationTypes: z.array(z.string()).readonly().exactOptional(),
      metadata: z.object({ no: z.int(), isCurrent: z.boolean() }).exactOptional(),
    }),
    createdAt: at,
    lastUsedAt: at.exactOptional(),
    revision,
  })
  .meta({ id: 'Passkey' });

const secretShape = z.object({ id: z.string(), createdAt: at, expiresAt: at.exactOptional() });

export const appShape = z
  .object({
    id: z.string().describe('The client_id.'),
    name: z.string(),
    kind: z.enum(['web', 'browser', 'native', 'machine', 'device', 'proxied']),
    redirectUris: z.array(z.string()),
    postLogoutRedirectUris: z.array(z.string()),
    secrets: z.array(secretShape).describe('Facts about its secrets: the values are kept nowhere.'),
    grantTypes: z.array(z.string()),
    tokenEndpointAuthMethod: z.string(),
    scopes: z.array(z.string()),
    consent: z.enum(['explicit', 'implicit']),
    pkce: z.enum(['required', 'optional', 'off']),
    idTokenSignedResponseAlg: z.enum(idTokenAlgorithms),
    lifetimes: z.object({
      accessToken: z.int().exactOptional(),
      refreshToken: z.int().exactOptional(),
      session: z.int().exactOptional(),
    }),
    logoUri: z.string().exactOptional(),
    backchannelLogoutUri: z.string().exactOptional(),
    backchannelLogoutSessionRequired: z.boolean().exactOptional(),
    frontchannelLogoutUri: z.string().exactOptional(),
    frontchannelLogoutSessionRequired: z.boolean().exactOptional(),
    ciba: z
      .object({ deliveryMode: z.enum(['poll', 'ping']), notificationEndpoint: z.string().exactOptional() })
      .exactOptional(),
    subjectType: z
      .literal('pairwise')
      .exactOptional()
      .describe('Absent where people are known as everywhere.'),
    sectorIdentifierUri: z.string().exactOptional(),
    clientCertificate: z.record(z.string(), z.string()).exactOptional(),
    certificateBoundAccessTokens: z.boolean().exactOptional(),
    defaultAcrValues: z.array(z.string()).exactOptional(),
    defaultMaxAge: z.int().exactOptional().describe('Seconds.'),
    initiateLoginUri: z.string().exactOptional(),
    allowedGroups: z.array(z.string()).exactOptional(),
    claims: z.array(z.string()).exactOptional(),
    apiScopes: z.array(z.string()).exactOptional(),
    tokenExchange: z
      .object({ apps: z.array(z.string()), impersonates: z.array(z.string()).exactOptional() })
      .exactOptional(),
    jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).exactOptional(),
    jwksUri: z.string().exactOptional(),
    forwardAuth: z
      .object({
        origins: z.array(z.string()),
        acr: z.enum(['phr', 'phrh']).exactOptional(),
        openPaths: z.array(z.string()).exactOptional(),
        remoteUser: z.enum(['userName', 'sub']).exactOptional(),
      })
      .exactOptional()
      .describe('Of a proxied app: where it is, and what its gateway is told.'),
    security: securityFields.exactOptional(),
    authenticatorRule: ruleSchema.exactOptional(),
    origin: z
      .enum(['builtin', 'administrator', 'dynamic', 'document'])
      .describe('`dynamic` ones registered by themselves (RFC 7591).'),
    registration: z
      .object({
        initialAccessToken: z.string().exactOptional(),
        outboundHosts: z.array(z.string()).exactOptional(),
        redirectHosts: z.array(z.string()).exactOptional(),
        usedAt: at.exactOptional(),
      })
      .exactOptional(),
    createdAt: at,
    updatedAt: at,
    revision,
  })
  .meta({ id: 'App' });

export const groupShape = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().exactOptional(),
    createdAt: at,
    updatedAt: at,
    revision,
  })
  .meta({ id: 'Group' });

export const linkShape = z
  .object({
    url: z.string().describe('To be given to the person; it works once, and is shown once.'),
    expiresAt: at,
  })
  .meta({ id: 'Link' });

export const signInShape = z
  .object({
    id: z.string(),
    accountId: z.string(),
    passkeyId: z.string(),
    appId: z.string().exactOptional().describe('Absent on the account page, and at enrolment.'),
    acr: z.string(),
    amr: z.array(z.string()),
    at,
    address: z.string().exactOptional(),
    device: z.string().exactOptional().describe('What the browser calls itself.'),
  })
  .meta({ id: 'SignIn' });

export const grantShape = z.object({
  id: z.string().describe('Names the grant; nobody gets in with it.'),
  appId: z.string(),
  sub: z.string(),
  scopes: z.array(z.string()),
  signIns: z.array(signInShape).describe('Those that its answers quoted, the latest first.'),
  since: z.int().describe('Epoch milliseconds.'),
  expiresAt: z.int().optional(),
});

export const approvalShape = z
  .object({
    id: z.string(),
    kind: z.literal('recovery'),
    accountId: z.string().describe('Whose account it is about.'),
    requestedBy: z.string().describe('Id of the person who asked.'),
    decidedBy: z.string().exactOptional().describe('Id of the person, or of the app, who decided.'),
    status: z.enum(['pending', 'approved', 'done', 'refused']),
    createdAt: at,
    expiresAt: at,
    revision,
  })
  .meta({ id: 'Approval' });

/** One of these: mailed, or to be handed over. */
export const givenShape = z.object({
  account: accountShape,
  sent: z
    .literal(true)
    .exactOptional()
    .describe('The link was mailed to the address of the person, and is shown to nobody.'),
  link: linkShape.exactOptional(),
});

const turnedAway = z.object({ people: z.int(), turnedAway: z.int() });

/** Of rules for authenticators, before they are in force. */
export const dryRunShape = z
  .object({
    people: z.int(),
    turnedAway: z.int(),
    newlyTurnedAway: z.int(),
    installation: turnedAway,
    groups: z.array(turnedAway.extend({ id: z.string(), name: z.string() })),
    apps: z.array(turnedAway.extend({ id: z.string(), name: z.string() })),
    fewPasskeys: z.int(),
    administrators: z.object({ people: z.int(), able: z.int() }),
    inForceAt: at.exactOptional(),
    examples: z.array(z.object({ id: z.string(), userName: z.string(), by: z.array(z.string()) })),
  })
  .meta({ id: 'DryRun' });

/** An app as an administrator may see it: without the hashes of its secrets. */
export type AppFacts = z.output<typeof appShape>;
export type PersonFacts = z.output<typeof accountShape>;
