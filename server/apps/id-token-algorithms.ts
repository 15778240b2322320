/**
 * What may sign the ID tokens of an app, best known first (RFC 7518 §3.1, RFC 8037 §3.1; ML-DSA: FIPS 204). Which of
 * them an installation has is in its settings.
 */
export const idTokenAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ML-DSA-44'] as const;

export type IdTokenAlgorithm = (typeof idTokenAlgorithms)[number];
