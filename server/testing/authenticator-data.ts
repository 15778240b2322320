/** The byte structures a browser and an authenticator make (WebAuthn L3 §5.8.1, §6.1, §6.5.4). */
import { createHash } from 'node:crypto';
import type { MadeCredential } from './attestation/made.ts';
import { attestSelf } from './attestation/packed.ts';
import { type CborMap, type CborValue, encodeCbor } from './authenticator-cbor.ts';
import type {
  AuthenticatorSettings,
  CeremonyOverrides,
  CreateOverrides,
  Flags,
  SoftwareCredential,
} from './authenticator-overrides.ts';

export function clientData(
  { type, origin, challenge }: { type: string; origin: string; challenge: string },
  overrides: Pick<CeremonyOverrides<never>, 'clientData' | 'clientDataJSON'>,
): Buffer {
  const text = JSON.stringify({ type, challenge, origin, crossOrigin: false, ...overrides.clientData });
  return Buffer.from(overrides.clientDataJSON?.(text) ?? text);
}

/** WebAuthn L3 §6.1. */
export function authenticatorData(
  {
    settings,
    credential,
    attested,
  }: { settings: AuthenticatorSettings; credential: SoftwareCredential; attested?: Buffer },
  overrides: Omit<CeremonyOverrides<never>, 'response'>,
): Buffer {
  const synced = settings.synced !== false;
  const flags = {
    up: true,
    uv: true,
    be: synced,
    bs: synced,
    at: attested !== undefined,
    ed: overrides.extensions !== undefined,
    ...overrides.flags,
  };
  const data = Buffer.concat([
    overrides.rpIdHash ?? sha256(Buffer.from(credential.rpId)),
    Buffer.of(flagBits(flags)),
    uint32(overrides.counter ?? credential.counter),
    attested ?? Buffer.alloc(0),
    overrides.extensions === undefined ? Buffer.alloc(0) : encodeCbor(overrides.extensions),
  ]);
  return Buffer.from(overrides.authenticatorData?.(data) ?? data);
}

/** WebAuthn L3 §6.5.2. */
export function attestedCredentialData(
  { aaguid, id, key }: { aaguid: string | undefined; id: Uint8Array; key: CborMap },
  overrides: Pick<CreateOverrides, 'aaguid' | 'publicKey'>,
): Buffer {
  const model = overrides.aaguid ?? aaguid ?? '0'.repeat(32);
  return Buffer.concat([
    Buffer.from(model.replaceAll('-', ''), 'hex'),
    uint16(id.length),
    id,
    encodeCbor(overrides.publicKey ? overrides.publicKey(key) : key),
  ]);
}

function flagBits({ up, uv, be, bs, at, ed }: Flags): number {
  return [up, false, uv, be, bs, false, at, ed].reduce((bits, flag, bit) => bits | (flag ? 1 << bit : 0), 0);
}

/** By the statement that the authenticator makes, unless a test replaces it. */
export function encodeAttestation(
  made: MadeCredential,
  { settings, overrides }: { settings: AuthenticatorSettings; overrides: CreateOverrides },
): Buffer {
  const attestation = overrides.attestation ?? settings.attestation ?? 'none';
  const attest = attestation === 'none' ? nothing : attestation === 'packed' ? attestSelf() : attestation;
  const { fmt, attStmt } = attest(made);
  const encoded = encodeCbor(
    new Map<string, CborValue>([
      ['fmt', overrides.fmt ?? fmt],
      ['attStmt', overrides.attStmt ?? attStmt],
      ['authData', made.authData],
    ]),
  );
  return Buffer.from(overrides.attestationObject?.(encoded) ?? encoded);
}

const nothing = () => ({ fmt: 'none', attStmt: new Map() });

export const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
