import { z } from 'zod';
import type { PasskeyManager } from './manager.ts';

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
const limit = z.int().min(1).max(1000);
const passkeyEdit = { userHandle, passkeyId, proof: token, browser: context.browser };

/**
 * What callers may say: strings where strings are due, and no member beyond these.
 * Responses are read by the ceremonies, which refuse them in their own way.
 */
export const inputs = {
  beginRegistration: z.object({
    ...context,
    authorization: z.union([z.object({ ticket: token }), z.object({ userHandle, proof: token })]),
    user: z.object({ name: displayed, displayName: displayed }),
  }),
  finishRegistration: z.object({ ...context, response: z.unknown() }),
  beginAuthentication: z.union([
    z.object({ ...context, purpose: z.literal('sign-in') }),
    z.object({ ...context, purpose: proofPurpose, userHandle }),
  ]),
  finishAuthentication: z.object({
    ...context,
    purpose: z.enum(['sign-in', ...proofPurpose.options]),
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
  setPasskeyStatus: z.object({ passkeyId, status: z.enum(['active', 'suspended']) }),
  removePasskeys: z.object({ userHandle }),
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
  listReceiptKeys: z.object({}),
  sweep: z.object({ now: z.number() }),
} satisfies Record<keyof PasskeyManager, z.ZodType>;
