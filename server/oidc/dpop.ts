/** Tokens that are bound to a key of the app: DPoP (RFC 9449). */
import { hkdfSync } from 'node:crypto';
import type { Configuration } from 'oidc-provider';

/** What signs proofs: nothing that could be verified with what is secret, and no RS256 (FAPI 2.0 §5.4). */
export const proofAlgorithms = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const;

/**
 * Every proof brings a nonce of ours, so one that was made ahead of time is worth nothing, and clocks of apps do not
 * matter (RFC 9449 §8). All instances make the same nonces.
 */
export function boundTokens(nonceSecret: Buffer): NonNullable<Configuration['features']>['dPoP'] {
  return { enabled: true, nonceSecret, requireNonce: () => true, allowReplay: false };
}

/** Seconds that a nonce is given out. It is taken two such steps before and after. */
const step = 60;
const around = [-2, -1, 0, 1, 2];

export interface ProofNonces {
  next(): string;
  isKnown(nonce: string): boolean;
}

/**
 * The same nonces as oidc-provider makes of the secret: apps keep one for each origin, and would be sent back and forth
 * between two kinds.
 * @param secret the one in force: it goes with the installation secret
 */
export function createProofNonces(secret: () => Buffer, now: () => number): ProofNonces {
  const at = (moved: number) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(now() / 1000 / step) + moved));
    return Buffer.from(hkdfSync('sha256', secret(), counter, 'DPoP', 32)).toString('base64url');
  };
  return { next: () => at(1), isKnown: (nonce) => around.some((moved) => at(moved) === nonce) };
}
