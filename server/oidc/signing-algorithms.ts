import type { IdTokenAlgorithm } from '../apps/id-token-algorithms.ts';
import type { Config } from '../config.ts';
import type { SigningKeyAlgorithm } from './signing-key.ts';

/** What there are keys of: ES256 for our own tokens, RS256 because every client knows it (OIDC Core §15.1). */
export function keyAlgorithms({ signingKeys }: Pick<Config, 'signingKeys'>): SigningKeyAlgorithm[] {
  return [
    'ES256',
    'RS256',
    'EdDSA',
    ...(signingKeys.mlDsa && !signingKeys.signer ? (['ML-DSA-44'] as const) : []),
  ];
}

/** What tokens may be signed with, and what is announced. */
export function signatureAlgorithms(config: Pick<Config, 'signingKeys'>): IdTokenAlgorithm[] {
  return keyAlgorithms(config).flatMap((alg) => (alg === 'RS256' ? (['RS256', 'PS256'] as const) : [alg]));
}
