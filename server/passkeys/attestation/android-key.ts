import { refuse } from '../refusal.ts';
import {
  type KeyDescription,
  keyDescriptionExtension,
  readKeyDescription,
} from './android-key-description.ts';
import { findExtension } from './certificate.ts';
import { verifySignature } from './signature.ts';
import {
  type Attested,
  readAlgorithm,
  readBytes,
  readChain,
  signedBytes,
  type Verified,
} from './statement.ts';

/** KM_ORIGIN_GENERATED and KM_PURPOSE_SIGN. */
const generated = 0;
const sign = 2;

/** WebAuthn L3 §8.4, verification procedure. */
export function verifyAndroidKey(attested: Attested): Verified {
  const { statement, publicKey, clientDataHash } = attested;
  const algorithm = readAlgorithm(statement);
  const signature = readBytes(statement, 'sig');
  const chain = readChain(statement);
  const [leaf, ...issuers] = chain;
  verifySignature({ algorithm, key: leaf.key, data: signedBytes(attested), signature });
  if (!leaf.key.equals(publicKey)) refuse('attestation_key_mismatch');
  // Of a key that was attested itself, and signs certificates, this is no attestation.
  if (issuers.some((issuer) => findExtension(issuer, keyDescriptionExtension)))
    refuse('attestation_chain_broken');
  const description = readKeyDescription(findExtension(leaf, keyDescriptionExtension));
  if (!description.challenge.equals(clientDataHash)) refuse('attestation_nonce_mismatch');
  return { chain, isUnprotected: checkAuthorizations(description) };
}

/**
 * By the union of both lists, so that whoever asks for no attestation of hardware may have a key without it; what is
 * not enforced by hardware does not count as such.
 * @returns whether the key is in software
 */
function checkAuthorizations({ isAttestedBySoftware, software, hardware }: KeyDescription): boolean {
  if (software.allApplications || hardware.allApplications) refuse('attestation_all_applications');
  const [origins, purposes] = [
    [...software.origins, ...hardware.origins],
    [...software.purposes, ...hardware.purposes],
  ];
  if (!isOnly(origins, generated)) refuse('attestation_key_origin');
  if (!isOnly(purposes, sign)) refuse('attestation_key_purpose');
  return isAttestedBySoftware || hardware.origins.length === 0 || hardware.purposes.length === 0;
}

function isOnly(values: readonly number[], wanted: number): boolean {
  return values.length > 0 && values.every((value) => value === wanted);
}
