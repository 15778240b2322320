import { refuse } from '../refusal.ts';
import { type Certificate, checkLeaf } from './certificate.ts';
import { verifySignature } from './signature.ts';
import {
  type Attested,
  readAlgorithm,
  readBytes,
  readChain,
  signedBytes,
  type Verified,
} from './statement.ts';

/** WebAuthn L3 §8.2, verification procedure. */
export function verifyPacked(attested: Attested): Verified {
  const { statement, publicKey, aaguid } = attested;
  const algorithm = readAlgorithm(statement);
  const signed = { algorithm, data: signedBytes(attested), signature: readBytes(statement, 'sig') };
  if (!statement.has('x5c')) {
    if (algorithm !== attested.algorithm) refuse('attestation_algorithm_mismatch');
    verifySignature({ ...signed, key: publicKey });
    return 'self';
  }
  const chain = readChain(statement);
  const [leaf] = chain;
  checkLeaf(leaf, { aaguid });
  checkSubject(leaf);
  verifySignature({ ...signed, key: leaf.key });
  return { chain };
}

/** WebAuthn L3 §8.2.1. */
function checkSubject({ subject }: Certificate): void {
  const [country, organization, unit, name] = ['C', 'O', 'OU', 'CN'].map(subject);
  const isRight =
    /^[A-Za-z]{2}$/.test(country?.[0] ?? '') &&
    organization?.[0] &&
    unit?.includes('Authenticator Attestation') &&
    name?.[0];
  if (!isRight) refuse('attestation_certificate_subject');
}
