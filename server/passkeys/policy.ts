/** What the installation asks of every passkey: the decisions an operator may dispute. */
import { type Format, formats } from './attestation/formats.ts';
import type { RefusalReason } from './refusal.ts';

/** How long a person may take for a ceremony, and how long a proof counts. Milliseconds. */
export const ceremonyTimeout = 5 * 60 * 1000;

/** The most passkeys of one user handle, suspended ones too: each is read wherever they are listed. */
export const mostPasskeys = 50;

/** Offered and accepted, best first: EdDSA, ES256, RS256 (COSE numbers). SHA-1 (RS1) is not among them. */
export const offeredAlgorithms = [-8, -7, -257];

/**
 * Bytes of a credential id. 1023 is the most an authenticator may make (WebAuthn L3 §7.1 step 25). Below 16 bytes it
 * cannot hold the 100 bits of entropy that the definition of a credential id asks for (§4), and could be guessed.
 */
export const credentialIdLength = { least: 16, most: 1023 };

/**
 * Statements that are verified when one comes, whatever was asked for; they are kept as evidence. `android-safetynet`
 * is not among them: the service behind it is gone, and the specification will drop the format (WebAuthn L3 §8.5).
 */
export const acceptedAttestationFormats: readonly Format[] = formats;

/**
 * Compares a signature counter (WebAuthn L3 §6.1.1) with the one stored. Zero on both sides is an authenticator
 * without a counter. An increase of 2^31 or more is not believed: no authenticator signs that often, and after
 * 2^32-1 no use could follow.
 */
export function counterObjection(stored: number, received: number): RefusalReason | undefined {
  if (stored === 0 && received === 0) return undefined;
  if (received <= stored) return 'counter_not_increased';
  return received - stored >= 2 ** 31 ? 'counter_jumped' : undefined;
}

const forbiddenInNames = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** The name as it is kept, or `undefined` for one that cannot be: 1–64 characters, nothing that steers text. */
export function passkeyName(typed: string): string | undefined {
  const name = typed.normalize('NFC').trim();
  const length = [...name].length;
  return length >= 1 && length <= 64 && !forbiddenInNames.test(name) ? name : undefined;
}
