import { z } from 'zod';
import { type Hint, namedRulesSchema, ruleSchema } from '../authenticator-policy/rule.ts';
import type { CarriedPasskey } from './carried-passkey.ts';
import type { PasskeyManager } from './manager.ts';
import { mostPasskeys } from './policy.ts';

const base64url = (mostCharacters: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(mostCharacters);
const userHandle = base64url(86);
const passkeyId = base64url(1364);
const token = base64url(128);
const context = { interaction: z.string().min(1).max(256), browser: z.string().min(1).max(256) };
const displayed = z.string().max(256);
const proofPurpose = z.enum(['add-passkey', 'rename-passkey', 'remove-passkey']);
const hint = z.enum(['security-key', 'client-device', 'hybrid'] satisfies Hint[]);
const stepUpOf = z.object({ userHandle, passkeyIds: z.array(passkeyId).min(1).max(mostPasskeys) });
const status = z.enum(['active', 'suspended']);
const aaguid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
const limit = z.int().min(1).max(1000);
const passkeyEdit = { userHandle, passkeyId, proof: token, browser: context.browser };

/** Whether each is right is judged one by one: here it is only what it seems to be, and no longer than it could be. */
const carried = base64url(2048);
const time = z.int().min(0);
const carriedPasskey = z.strictObject({
  id: carried,
  publicKey: carried,
  userHandle: carried,
  rpId: z.string().max(253),
  transports: z.array(z.string().regex(/^[a-z0-9-]{1,32}$/)).max(16),
  name: z.string().max(1024),
  createdAt: time,
  origin: z.string().max(2000).exactOptional(),
  aaguid: aaguid.exactOptional(),
  backupEligible: z.boolean().exactOptional(),
  backedUp: z.boolean().exactOptional(),
  backedUpChangedAt: time.exactOptional(),
  userVerified: z.boolean().exactOptional(),
  counter: z.int().min(0).max(0xff_ff_ff_ff).exactOptional(),
  counterAlertAt: time.exactOptional(),
  attestationObject: base64url(88_000).exactOptional(),
  clientDataJSON: base64url(11_000).exactOptional(),
  status: status.exactOptional(),
  assurance: z.enum(['confirmed', 'unconfirmed']).exactOptional(),
  lastUsedAt: time.exactOptional(),
}) satisfies z.ZodType<CarriedPasskey>;

/**
 * What callers may say: strings where strings are due, and no member beyond these.
 * Responses are read by the ceremonies, which refuse them in their own way.
 */
export const inputs = {
  beginRegistration: z.object({
    ...context,
    authorization: z.union([z.object({ ticket: token }), z.object({ userHandle, proof: token })]),
    user: z.object({ name: displayed, displayName: displayed }),
    wishes: z
      .object({
        hints: z.array(hint).max(3).exactOptional(),
        attestation: z.literal('direct').exactOptional(),
      })
      .exactOptional(),
    rules: namedRulesSchema.optional(),
  }),
  finishRegistration: z.object({ ...context, response: z.unknown(), rules: namedRulesSchema.optional() }),
  beginAuthentication: z.union([
    z.object({ ...context, purpose: z.literal('sign-in'), stepUpOf: stepUpOf.exactOptional() }),
    z.object({ ...context, purpose: z.literal('approve-request'), stepUpOf }),
    z.object({ ...context, purpose: proofPurpose, userHandle }),
  ]),
  finishAuthentication: z.object({
    ...context,
    purpose: z.enum(['sign-in', 'approve-request', ...proofPurpose.options]),
    response: z.unknown(),
  }),
  listPasskeys: z.object({ userHandle }),
  renamePasskey: z.object({ ...passkeyEdit, name: z.string().max(1024) }),
  removePasskey: z.object(passkeyEdit),
  issueTicket: z.object({
    purpose: z.enum(['first', 'recovery', 'additional']),
    userHandle: userHandle.optional(),
    // At most 30 days.
    minutes: z.int().min(1).max(43_200),
  }),
  confirmPasskey: z.object({ passkeyId }),
  setPasskeyStatus: z.object({ passkeyId, status }),
  removePasskeys: z.object({ userHandle }),
  exportPasskeys: z.object({
    userHandles: z.array(userHandle).min(1).max(100),
    after: passkeyId.exactOptional(),
  }),
  importPasskeys: z.object({ passkeys: z.array(carriedPasskey).min(1).max(100), dryRun: z.boolean() }),
  listPasskeyEvents: z.object({
    after: z
      .string()
      .regex(/^[0-9a-f-]{1,64}$/)
      .optional(),
    limit,
  }),
  listReceipts: z.object({
    after: z
      .string()
      .regex(/^\d{1,15}\.[A-Za-z0-9_-]{1,86}$/)
      .optional(),
    since: z.int().min(0).optional(),
    limit,
  }),
  listModelAlerts: z.object({ after: z.string().max(1500).exactOptional(), limit }),
  listReceiptKeys: z.object({}),
  metadataStatus: z.object({}),
  refreshMetadata: z.object({}),
  searchModels: z.object({ text: z.string().max(200), limit }),
  findModel: z.object({ aaguid }),
  findFloor: z.strictObject({}),
  setFloor: z.object({
    rule: ruleSchema,
    expectedRevision: z.int().min(0),
    administrators: z.array(userHandle).max(1000),
  }),
  sweep: z.object({ now: z.number() }),
} satisfies Record<keyof PasskeyManager, z.ZodType>;
