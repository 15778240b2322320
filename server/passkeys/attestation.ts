import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { type AuthenticatorData, readAuthenticatorData } from './authenticator-data.ts';
import { checkCborItem } from './cbor.ts';
import { acceptedAttestationFormats, offeredAlgorithms } from './policy.ts';
import { refuse } from './refusal.ts';
import type { RegistrationResponse } from './responses.ts';

/** Reads an attestation object (WebAuthn L3 §6.5.4) of an accepted format, and the algorithm of a self attestation. */
export function readAttestationObject(bytes: Buffer): { data: AuthenticatorData; selfSignedWith?: unknown } {
  checkCborItem(bytes);
  let decoded: unknown;
  try {
    decoded = decodeAttestationObject(new Uint8Array(bytes));
  } catch (cause) {
    refuse('cbor_malformed', { cause });
  }
  if (!(decoded instanceof Map)) refuse('cbor_malformed');
  const [fmt, attStmt, authData] = ['fmt', 'attStmt', 'authData'].map((name) => decoded.get(name));
  if (!(attStmt instanceof Map) || !(authData instanceof Uint8Array)) refuse('cbor_malformed');
  if (!acceptedAttestationFormats.includes(fmt)) refuse('attestation_format_not_accepted');
  const data = readAuthenticatorData(Buffer.from(authData));
  return fmt === 'packed' && !attStmt.has('x5c') ? { data, selfSignedWith: attStmt.get('alg') } : { data };
}

/** The library repeats most of the checks above; the statement is what it is asked for. */
export async function verifyAttestation(
  { id, rawId, type, response }: RegistrationResponse,
  expected: { rpId: string; origins: readonly string[]; challenge: string },
): Promise<void> {
  let verified: boolean;
  try {
    ({ verified } = await verifyRegistrationResponse({
      response: { id, rawId, type, response, clientExtensionResults: {} },
      expectedChallenge: expected.challenge,
      expectedOrigin: [...expected.origins],
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: offeredAlgorithms,
    }));
  } catch (cause) {
    refuse('attestation_invalid', { cause });
  }
  if (!verified) refuse('attestation_invalid');
}
