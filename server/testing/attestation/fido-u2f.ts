import { signWith } from '../authenticator-keys.ts';
import type { AttestationAuthority } from './authority.ts';
import { type KeyPair, newKeys } from './certificate.ts';
import { type Attest, type StatementChanges, statementOf } from './made.ts';

/** `fido-u2f` (WebAuthn L3 §8.6). A real one could not verify the user, and has no AAGUID. */
export function attestFidoU2f(
  authority: AttestationAuthority,
  changes: StatementChanges & { keys?: KeyPair } = {},
): Attest {
  const { publicKey, privateKey } = changes.keys ?? newKeys();
  return ({ rpIdHash, clientDataHash, credentialId, ...made }) => {
    const { x = '', y = '' } = made.publicKey.export({ format: 'jwk' });
    const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    const bytes = Buffer.concat([Buffer.of(0), rpIdHash, clientDataHash, credentialId, ...point]);
    const chain = authority.certify(publicKey, { subject: [['CN', 'U2F Key 1']], ...changes.certificate });
    const sig = signWith('ES256', privateKey, changes.signed?.(bytes) ?? bytes);
    return statementOf('fido-u2f', { x5c: changes.chain?.(chain) ?? chain.slice(0, 1), sig }, changes);
  };
}
