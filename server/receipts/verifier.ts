import { hash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { ReceiptKeys } from './pinned-keys.ts';
import { type ReceiptClaims, receiptLifetime } from './receipt.ts';
import { kidOf, openPublicKey, type PublicKey, readSigned } from './signature.ts';

/** Why a receipt was refused: for the log and the audit. */
export type ReceiptObjection =
  | 'receipt missing'
  | 'receipt malformed'
  | 'receipt signed by an unknown key'
  | 'receipt signature invalid'
  | 'receipt by another manager'
  | 'receipt for another provider'
  | 'receipt for another caller'
  | 'receipt expired'
  | 'receipt from the future'
  | 'receipt for another purpose'
  | 'receipt for another interaction'
  | 'receipt for another challenge'
  | 'receipt for another person'
  | 'receipt for another passkey'
  | 'receipt for another origin'
  | 'receipt for another assurance'
  | 'receipt for another time'
  | 'receipt without user verification'
  | 'receipt used';

/** What the provider forwarded itself, and what the answer says beside the receipt. */
export interface ExpectedReceipt {
  purpose: string;
  interaction: string;
  challenge: string;
  userHandle: string;
  passkeyId: string;
  origin: string;
  assurance: ReceiptClaims['assurance'];
  /** When the ceremony was verified, in milliseconds. */
  at: number;
}

export interface ReceiptVerifier {
  /** @throws AppError `passkey_rejected` with a `ReceiptObjection` as its detail */
  verify(receipt: unknown, expected: ExpectedReceipt): Promise<ReceiptClaims>;
}

export interface ReceiptVerifierOptions {
  keys: ReceiptKeys;
  /** The name of the passkey manager. */
  issuer: string;
  /** Our own issuer. */
  audience: string;
  /** As whom the passkey manager knows us. */
  caller: string;
  now: () => number;
  /** For the audit. */
  onRefused?: (objection: ReceiptObjection, expected: ExpectedReceipt) => void;
}

/** Seconds by which the clocks of provider and passkey manager may differ. */
const clockTolerance = 5;

export function createReceiptVerifier(options: ReceiptVerifierOptions): ReceiptVerifier {
  const { now, onRefused } = options;
  const findKey = createKeyFinder(options);

  async function read(receipt: unknown): Promise<ReceiptClaims> {
    if (receipt === undefined || receipt === '') throw refusal('receipt missing');
    const kid = kidOf(receipt);
    if (kid === undefined) throw refusal('receipt malformed');
    const key = await findKey(kid);
    if (!key) throw refusal('receipt signed by an unknown key');
    return readSigned(receipt as string, key).catch((cause) => {
      throw refusal('receipt signature invalid', cause);
    });
  }

  return {
    async verify(receipt, expected) {
      try {
        const claims = await read(receipt);
        const objection =
          objectionToMaker(claims, options) ??
          objectionToTime(claims, { now: now(), at: expected.at }) ??
          objectionToCeremony(claims, expected);
        if (objection) throw refusal(objection);
        return claims;
      } catch (error) {
        if (error instanceof AppError) onRefused?.(error.detail as ReceiptObjection, expected);
        throw error;
      }
    },
  };
}

export function refusal(objection: ReceiptObjection, cause?: unknown): AppError {
  return new AppError('passkey_rejected', { detail: objection, cause });
}

/** How long a key that was found is believed without asking again. */
const keysFor = 5000;

/** Keys are read again when they are old, or when one is not there: it may have been staged meanwhile. */
function createKeyFinder({ keys, now }: Pick<ReceiptVerifierOptions, 'keys' | 'now'>) {
  let known = new Map<string, PublicKey>();
  let readAt = Number.NEGATIVE_INFINITY;
  return async (kid: string): Promise<PublicKey | undefined> => {
    const isRecent = Math.abs(now() - readAt) < keysFor;
    if (isRecent && known.has(kid)) return known.get(kid);
    const at = now();
    const pinned = await keys();
    const opened = pinned.map(
      async (key) => [key.kid, known.get(key.kid) ?? (await openPublicKey(key))] as const,
    );
    known = new Map(await Promise.all(opened));
    readAt = at;
    return known.get(kid);
  };
}

function objectionToMaker(
  claims: ReceiptClaims,
  { issuer, audience, caller }: Pick<ReceiptVerifierOptions, 'issuer' | 'audience' | 'caller'>,
): ReceiptObjection | undefined {
  if (claims.iss !== issuer) return 'receipt by another manager';
  if (claims.aud !== audience) return 'receipt for another provider';
  return claims.caller === caller ? undefined : 'receipt for another caller';
}

/** A minute at most, whatever `exp` says. The time that becomes `auth_time` is the very one that was signed. */
function objectionToTime(
  { iat, exp, at: signed }: ReceiptClaims,
  { now, at }: { now: number; at: number },
): ReceiptObjection | undefined {
  const age = now / 1000 - iat;
  if (age < -clockTolerance) return 'receipt from the future';
  if (age >= Math.min(exp - iat, receiptLifetime) + clockTolerance) return 'receipt expired';
  const isSigned = at === signed && Math.abs(signed / 1000 - iat) <= receiptLifetime;
  return isSigned ? undefined : 'receipt for another time';
}

function objectionToCeremony(claims: ReceiptClaims, expected: ExpectedReceipt): ReceiptObjection | undefined {
  if (claims.purpose !== expected.purpose) return 'receipt for another purpose';
  if (claims.interaction !== sha256(expected.interaction)) return 'receipt for another interaction';
  if (claims.challengeHash !== sha256(expected.challenge)) return 'receipt for another challenge';
  if (claims.userHandle !== expected.userHandle) return 'receipt for another person';
  if (claims.passkeyId !== expected.passkeyId) return 'receipt for another passkey';
  if (claims.origin !== expected.origin) return 'receipt for another origin';
  if (claims.assurance !== expected.assurance) return 'receipt for another assurance';
  const { userPresent, userVerified } = claims.flags;
  return userPresent && userVerified ? undefined : 'receipt without user verification';
}

function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}
