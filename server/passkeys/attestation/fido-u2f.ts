import { refuse } from '../refusal.ts';
import { verifySignature } from './signature.ts';
import { type Attested, readBytes, readChain, type Verified } from './statement.ts';

const es256 = -7;
const noModel = '00000000-0000-0000-0000-000000000000';

/** WebAuthn L3 §8.6, verification procedure. */
export function verifyFidoU2f(attested: Attested): Verified {
  const { statement, publicKey, rpIdHash, clientDataHash, credentialId, algorithm, aaguid } = attested;
  const signature = readBytes(statement, 'sig');
  const chain = readChain(statement);
  const [leaf, ...others] = chain;
  // Step 2: exactly one certificate, with an EC key on P-256.
  if (others.length > 0) refuse('attestation_statement_malformed');
  if (algorithm !== es256) refuse('attestation_algorithm_mismatch');
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  const data = Buffer.concat([Buffer.of(0), rpIdHash, clientDataHash, credentialId, ...point]);
  verifySignature({ algorithm: es256, key: leaf.key, data, signature });
  // The signature does not cover the AAGUID: a model in this place is a claim of nobody (CTAP 2.2 §7.1.4).
  if (aaguid !== noModel) refuse('attestation_aaguid_mismatch');
  return { chain };
}
