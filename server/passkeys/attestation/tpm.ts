import { hash } from 'node:crypto';
import { elements } from '../../service-identity/der.ts';
import { refuse } from '../refusal.ts';
import {
  type Certificate,
  checkLeaf,
  type Extension,
  extendedUsagesOf,
  findExtension,
} from './certificate.ts';
import { hashOf, verifySignature } from './signature.ts';
import {
  type Attested,
  readAlgorithm,
  readBytes,
  readChain,
  signedBytes,
  type Verified,
} from './statement.ts';
import { tpmManufacturer } from './tpm-manufacturers.ts';
import { readCertificationInfo, readPublicArea } from './tpm-structures.ts';

/** TPM_GENERATED_VALUE and TPM_ST_ATTEST_CERTIFY. */
const generatedByTpm = 0xff544347;
const attestCertify = 0x8017;
const attestationKeyUsage = '2.23.133.8.3';

/** WebAuthn L3 §8.3, verification procedure. */
export function verifyTpm(attested: Attested): Verified {
  const { statement, publicKey, aaguid } = attested;
  if (statement.get('ver') !== '2.0') refuse('attestation_tpm_version');
  const algorithm = readAlgorithm(statement);
  const [signature, certInfo] = [readBytes(statement, 'sig'), readBytes(statement, 'certInfo')];
  const pubArea = readBytes(statement, 'pubArea');
  const area = readPublicArea(pubArea);
  if (!area.key.equals(publicKey)) refuse('attestation_key_mismatch');
  const chain = readChain(statement);
  const [leaf] = chain;
  const vendor = checkAttestationKey(leaf, aaguid);
  verifySignature({ algorithm, key: leaf.key, data: certInfo, signature, acceptsSha1: true });
  const { magic, type, extraData, name } = readCertificationInfo(certInfo);
  if (magic !== generatedByTpm) refuse('attestation_tpm_magic');
  if (type !== attestCertify) refuse('attestation_tpm_type');
  if (!extraData.equals(hash(hashOf(algorithm), signedBytes(attested), 'buffer')))
    refuse('attestation_nonce_mismatch');
  // TPMv2-Part1 §16: the algorithm's number, and the hash of the public area by it.
  const number = Buffer.alloc(2);
  number.writeUInt16BE(area.nameAlgorithm);
  if (!name.equals(Buffer.concat([number, hash(area.nameHash, pubArea, 'buffer')])))
    refuse('attestation_tpm_name');
  return { chain, vendor, isUnprotected: !area.isBound };
}

/** WebAuthn L3 §8.3.1. @returns the TPM's manufacturer */
function checkAttestationKey(leaf: Certificate, aaguid: string): string {
  checkLeaf(leaf, { aaguid });
  if (!leaf.isSubjectEmpty) refuse('attestation_certificate_subject');
  if (!extendedUsagesOf(leaf).includes(attestationKeyUsage)) refuse('attestation_certificate_usage');
  const names = tpmNames(findExtension(leaf, '2.5.29.17'));
  const [manufacturer, model, version] = ['1', '2', '3'].map((member) =>
    names.get(`67810502${member.padStart(2, '0')}`),
  );
  if (!manufacturer || !model || !version || !/^id:[0-9a-f]{8}$/i.test(manufacturer))
    refuse('attestation_certificate_subject');
  return tpmManufacturer(manufacturer);
}

const directoryName = 0xa4;

/**
 * Of the subject alternative name (TPMv2-EK-Profile §3.2.9): the attributes by their object identifiers, in hexadecimal
 * DER. Some certificates have one relative name for each, some all in one.
 */
function tpmNames(extension: Extension | undefined): Map<string, string> {
  if (!extension) refuse('attestation_certificate_subject');
  try {
    const inside = (der: Buffer) => elements(der).flatMap(({ content }) => elements(content));
    const names = inside(extension.value).filter(({ tag }) => tag === directoryName);
    const attributes = names.flatMap(({ content }) =>
      inside(content).flatMap(({ content: set }) => elements(set)),
    );
    return new Map(
      attributes.map(({ content }) => {
        const [type, value] = elements(content);
        return [type?.content.toString('hex') ?? '', value?.content.toString('utf8') ?? ''];
      }),
    );
  } catch (cause) {
    return refuse('attestation_certificate_malformed', { cause });
  }
}
