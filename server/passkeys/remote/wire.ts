/**
 * What the passkey manager looks like from outside its process: one POST a method, JSON both ways, over mutual TLS.
 * Whoever adds a method to the manager adds it here, or nothing compiles.
 */
import { z } from 'zod';
import { ruleSchema } from '../../authenticator-policy/rule.ts';
import type { PasskeyManager } from '../manager.ts';
import { brokenModelActions } from '../model-review.ts';
import { passkeyEventTypes } from '../passkey-event.ts';

type MethodName = keyof PasskeyManager;

interface WireMethod {
  /** Whether asking once more does no harm: it is asked again where the connection broke. */
  repeatable: boolean;
  /** What an answer must hold at least, before anything is done with it. */
  answer: z.ZodType;
}

const passkey = z.looseObject({
  id: z.string(),
  userHandle: z.string(),
  status: z.enum(['active', 'suspended']),
});
const changed = z.object({ passkey });
const options = z.object({ options: z.looseObject({ challenge: z.string() }) });
const finished = { userHandle: z.string(), passkey, at: z.number(), receipt: z.string() };
const paged = { next: z.string().optional() };
const event = z.looseObject({
  id: z.string(),
  at: z.number(),
  type: z.enum(passkeyEventTypes),
  userHandle: z.string(),
  passkeyId: z.string().optional(),
});
const receipt = z.looseObject({
  id: z.string(),
  at: z.number(),
  userHandle: z.string(),
  passkeyId: z.string(),
  purpose: z.string(),
  jws: z.string(),
});
const receiptKey = z.looseObject({
  id: z.string(),
  publicJwk: z.looseObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() }),
  currentAt: z.number().optional(),
  retiredAt: z.number().optional(),
});

const model = z.looseObject({
  aaguid: z.string(),
  name: z.string(),
  statuses: z.array(z.string()),
  keyProtection: z.array(z.string()),
  attestationTypes: z.array(z.string()),
  source: z.enum(['fido', 'local', 'names']),
});
const metadataStatus = z.looseObject({ source: z.string(), local: z.number(), highest: z.number() });
const floor = z.object({
  rule: ruleSchema,
  revision: z.number(),
  models: z.record(z.string(), z.string()),
  brokenModels: z.enum(brokenModelActions),
});

export const wireMethods = {
  beginRegistration: { repeatable: true, answer: options },
  finishRegistration: { repeatable: false, answer: z.looseObject(finished) },
  beginAuthentication: { repeatable: true, answer: options },
  finishAuthentication: {
    repeatable: false,
    answer: z.looseObject({ ...finished, proof: z.string().optional() }),
  },
  listPasskeys: { repeatable: true, answer: z.object({ passkeys: z.array(passkey) }) },
  listPasskeyEvents: {
    repeatable: true,
    answer: z.object({ events: z.array(event), ...paged }),
  },
  listModelAlerts: { repeatable: true, answer: z.object({ passkeys: z.array(passkey), ...paged }) },
  listReceipts: {
    repeatable: true,
    answer: z.object({ receipts: z.array(receipt), ...paged }),
  },
  listReceiptKeys: {
    repeatable: true,
    answer: z.object({ keys: z.array(receiptKey) }),
  },
  renamePasskey: { repeatable: true, answer: changed },
  removePasskey: { repeatable: false, answer: z.object({ removed: z.literal(true) }) },
  issueTicket: {
    repeatable: false,
    answer: z.object({ ticket: z.string(), userHandle: z.string(), expiresAt: z.number() }),
  },
  confirmPasskey: { repeatable: true, answer: changed },
  setPasskeyStatus: { repeatable: true, answer: changed },
  removePasskeys: { repeatable: true, answer: z.object({ removed: z.number() }) },
  exportPasskeys: {
    repeatable: true,
    answer: z.object({
      passkeys: z.array(z.looseObject({ id: z.string(), publicKey: z.string(), userHandle: z.string() })),
      more: z.boolean(),
    }),
  },
  // Again what came over before is `present`.
  importPasskeys: {
    repeatable: true,
    answer: z.object({
      results: z.array(z.looseObject({ id: z.string(), outcome: z.enum(['added', 'present', 'refused']) })),
    }),
  },
  metadataStatus: { repeatable: true, answer: z.object({ status: metadataStatus }) },
  refreshMetadata: { repeatable: true, answer: z.object({ begun: z.boolean() }) },
  searchModels: { repeatable: true, answer: z.object({ models: z.array(model) }) },
  findModel: { repeatable: true, answer: z.object({ model: model.optional() }) },
  findFloor: { repeatable: true, answer: floor },
  setFloor: { repeatable: false, answer: floor },
  sweep: { repeatable: true, answer: z.object({ removed: z.number() }) },
} satisfies Record<MethodName, WireMethod>;

export const pathOf = (method: MethodName): string => `/v1/${method}`;

/** The method that a path names, if there is one. */
export function methodOf(path: string | undefined): MethodName | undefined {
  const name = path?.startsWith('/v1/') ? path.slice(4) : '';
  return Object.hasOwn(wireMethods, name) ? (name as MethodName) : undefined;
}

export const healthPath = '/health';

/** Of each request: a nonce, seen once, and the caller's clock in milliseconds. The answer repeats the nonce. */
export const requestHeader = 'latchkey-request';
export const timeHeader = 'latchkey-time';

/** How far the two clocks may be apart. Milliseconds. */
export const freshness = 30_000;

/** The largest request: what a browser may send, and what the provider adds. Bytes. */
export const largestBody = 128 * 1024;
