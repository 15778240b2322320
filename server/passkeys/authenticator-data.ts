import { hash } from 'node:crypto';
import { endOfCborItem } from './cbor.ts';
import { refuse } from './refusal.ts';
import { uvmOf } from './user-verification-methods.ts';

/** WebAuthn L3 §6.1. */
export interface AuthenticatorData {
  rpIdHash: Buffer;
  userPresent: boolean;
  userVerified: boolean;
  backupEligible: boolean;
  backedUp: boolean;
  counter: number;
  attested?: AttestedCredentialData;
  /** User verification methods that the authenticator says it used. */
  uvm?: readonly number[];
}

/** WebAuthn L3 §6.5.2. */
interface AttestedCredentialData {
  aaguid: string;
  credentialId: Buffer;
  /** COSE_Key. */
  publicKey: Buffer;
}

const flag = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 };
const headerLength = 37;

/** Reads every byte: extension outputs must be there if and only if ED says so, and nothing may follow. */
export function readAuthenticatorData(bytes: Buffer): AuthenticatorData {
  if (bytes.length < headerLength) refuse('authenticator_data_malformed');
  const flags = bytes.readUInt8(32);
  let end = headerLength;
  let attested: AttestedCredentialData | undefined;
  if (flags & flag.AT) ({ attested, end } = readAttestedData(bytes, end));
  const extensions = end;
  if (flags & flag.ED) end = endOfMap(bytes, end);
  if (end !== bytes.length) refuse('authenticator_data_malformed');
  const uvm = uvmOf(bytes.subarray(extensions));
  return {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: (flags & flag.UP) !== 0,
    userVerified: (flags & flag.UV) !== 0,
    backupEligible: (flags & flag.BE) !== 0,
    backedUp: (flags & flag.BS) !== 0,
    counter: bytes.readUInt32BE(33),
    ...(attested && { attested }),
    ...(uvm && { uvm }),
  };
}

function readAttestedData(bytes: Buffer, start: number): { attested: AttestedCredentialData; end: number } {
  const idStart = start + 18;
  if (bytes.length < idStart) refuse('authenticator_data_malformed');
  const idEnd = idStart + bytes.readUInt16BE(start + 16);
  const end = endOfMap(bytes, idEnd);
  const attested = {
    aaguid: uuid(bytes.subarray(start, start + 16)),
    credentialId: bytes.subarray(idStart, idEnd),
    publicKey: bytes.subarray(idEnd, end),
  };
  return { attested, end };
}

/** COSE keys and extension outputs are CBOR maps (major type 5). */
function endOfMap(bytes: Buffer, start: number): number {
  if ((bytes[start] ?? 0) >> 5 !== 5) refuse('authenticator_data_malformed');
  return endOfCborItem(bytes, start);
}

function uuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** WebAuthn L3 §7.1 steps 14–18, §7.2 steps 16–19. User verification is required of every passkey, always. */
export function checkAuthenticatorData(data: AuthenticatorData, rpId: string): void {
  if (!data.rpIdHash.equals(hash('sha256', rpId, 'buffer'))) refuse('rp_id_mismatch');
  if (!data.userPresent) refuse('user_not_present');
  if (!data.userVerified) refuse('user_not_verified');
  if (data.backedUp && !data.backupEligible) refuse('backup_flags_invalid');
}
