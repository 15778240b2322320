import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { type AuthenticatorData, readAuthenticatorData } from '../authenticator-data.ts';
import { checkCborItem } from '../cbor.ts';
import { acceptedAttestationFormats } from '../policy.ts';
import { refuse } from '../refusal.ts';
import type { Format } from './formats.ts';
import type { Statement } from './statement.ts';

/** WebAuthn L3 §6.5.4. */
export interface AttestationObject {
  format: Format;
  statement: Statement;
  /** As it was signed. */
  authData: Buffer;
  data: AuthenticatorData;
}

/** Reads an attestation object of an accepted format. Its statement is not verified yet. */
export function readAttestationObject(bytes: Buffer): AttestationObject {
  checkCborItem(bytes);
  let decoded: unknown;
  try {
    decoded = decodeAttestationObject(new Uint8Array(bytes));
  } catch (cause) {
    refuse('cbor_malformed', { cause });
  }
  if (!(decoded instanceof Map)) refuse('cbor_malformed');
  const [format, statement, authenticatorData] = ['fmt', 'attStmt', 'authData'].map((name) =>
    decoded.get(name),
  );
  if (!(statement instanceof Map) || !(authenticatorData instanceof Uint8Array)) refuse('cbor_malformed');
  if (!isAccepted(format)) refuse('attestation_format_not_accepted');
  const authData = Buffer.from(authenticatorData);
  return { format, statement, authData, data: readAuthenticatorData(authData) };
}

function isAccepted(format: unknown): format is Format {
  return (acceptedAttestationFormats as readonly unknown[]).includes(format);
}
