import { hash, type KeyObject, sign } from 'node:crypto';
import { uint16, uint32 } from '../authenticator-data.ts';
import { algorithms, generateKeyPair } from '../authenticator-keys.ts';
import type { AttestationAuthority } from './authority.ts';
import { aaguidExtension, type ExtensionShape, type NameAttributes, nameOf, oids } from './certificate.ts';
import { der } from './der.ts';
import { type Attest, type StatementChanges, statementOf } from './made.ts';

export interface TpmChanges extends StatementChanges {
  /** Its public area in place of the passkey's. */
  key?: KeyObject;
  pubArea?: (bytes: Buffer) => Buffer;
  certInfo?: (bytes: Buffer) => Buffer;
  magic?: number;
  type?: number;
  extraData?: (bytes: Buffer) => Buffer;
  name?: (bytes: Buffer) => Buffer;
  /** Of an RSA key: bound to RSASSA with SHA-256, where others leave it open. */
  isBoundToScheme?: boolean;
  /** RSASSA with SHA-1, as older TPMs sign. */
  sha1?: boolean;
}

const aikUsage = '2.23.133.8.3';
/** `id:494E5443` is Intel's. */
export const tpmNames: NameAttributes = [
  ['2.23.133.2.1', 'id:494E5443'],
  ['2.23.133.2.2', 'Test TPM'],
  ['2.23.133.2.3', 'id:00010002'],
];

/** `tpm` (WebAuthn L3 §8.3): an attestation identity key certifies the passkey's key, as Windows Hello has it. */
export function attestTpm(authority: AttestationAuthority, changes: TpmChanges = {}): Attest {
  const { publicKey, privateKey } = generateKeyPair('RS256');
  const hashName = changes.sha1 ? 'sha1' : 'sha256';
  return ({ authData, clientDataHash, aaguid, ...made }) => {
    const chain = authority.certify(publicKey, {
      extensions: [...tpmExtensions(), aaguidExtension(aaguid)],
      ...changes.certificate,
    });
    const pubArea = publicArea(changes.key ?? made.publicKey, changes);
    const sent = changes.pubArea?.(pubArea) ?? pubArea;
    const attToBeSigned = Buffer.concat([authData, clientDataHash]);
    const extraData = hash(hashName, attToBeSigned, 'buffer');
    const name = Buffer.concat([uint16(0x000b), hash('sha256', sent, 'buffer')]);
    const info = certificationInfo({
      magic: changes.magic ?? 0xff544347,
      type: changes.type ?? 0x8017,
      extraData: changes.extraData?.(extraData) ?? extraData,
      name: changes.name?.(name) ?? name,
    });
    const certInfo = changes.certInfo?.(info) ?? info;
    const sig = sign(hashName, changes.signed?.(certInfo) ?? certInfo, privateKey);
    const x5c = changes.chain?.(chain) ?? chain;
    const alg = changes.sha1 ? -65535 : algorithms.RS256;
    return statementOf('tpm', { ver: '2.0', alg, x5c, sig, certInfo, pubArea: sent }, changes);
  };
}

/** WebAuthn L3 §8.3.1. The alternative name is critical, because the subject is empty (RFC 5280 §4.1.2.6). */
export function tpmExtensions({
  usage = aikUsage,
  names = tpmNames,
}: {
  usage?: string;
  names?: NameAttributes;
} = {}): ExtensionShape[] {
  const alternative = der.sequence(der.tagged(4, nameOf(names)));
  return [
    { oid: oids.alternativeName, critical: true, value: alternative },
    { oid: oids.extendedKeyUsage, value: der.sequence(der.oid(usage)) },
  ];
}

/** TPMv2-Part2 §12.2.4: fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign; no policy. */
function publicArea(key: KeyObject, { isBoundToScheme = false }: TpmChanges): Buffer {
  const { kty, n = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const [rsa, ecc, none] = [0x0001, 0x0023, 0x0010];
  const scheme = isBoundToScheme ? [uint16(0x0014), uint16(0x000b)] : [uint16(none)];
  const head = [
    uint16(kty === 'RSA' ? rsa : ecc),
    uint16(0x000b),
    uint32(0x00040072),
    sized(Buffer.alloc(0)),
  ];
  const parameters =
    kty === 'RSA'
      ? [uint16(none), ...scheme, uint16(2048), uint32(0), sized(Buffer.from(n, 'base64url'))]
      : [
          uint16(none),
          uint16(none),
          uint16(3),
          uint16(none),
          ...[x, y].map((one) => sized(Buffer.from(one, 'base64url'))),
        ];
  return Buffer.concat([...head, ...parameters]);
}

/** TPMv2-Part2 §10.12.12. */
function certificationInfo({
  magic,
  type,
  extraData,
  name,
}: {
  magic: number;
  type: number;
  extraData: Buffer;
  name: Buffer;
}): Buffer {
  const clock = Buffer.concat([Buffer.alloc(16, 7), Buffer.of(1)]);
  const firmware = Buffer.alloc(8, 2);
  const names = [sized(name), sized(Buffer.alloc(34, 3))];
  return Buffer.concat([
    uint32(magic),
    uint16(type),
    sized(Buffer.alloc(34, 9)),
    sized(extraData),
    clock,
    firmware,
    ...names,
  ]);
}

const sized = (bytes: Buffer) => Buffer.concat([uint16(bytes.length), bytes]);
