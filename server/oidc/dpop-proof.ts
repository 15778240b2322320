import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { type ProofNonces, proofAlgorithms } from './dpop.ts';
import type { RememberOnce } from './replays.ts';

export interface PresentedProof {
  /** The header `DPoP`. */
  proof: string;
  method: string;
  /** Of the request, without query and fragment. */
  url: string;
  accessToken: string;
}

/** `error` as RFC 9449 §7.1 and §9 name it. */
export type JudgedProof =
  | { proofKey: string; error?: undefined }
  | { error: 'invalid_dpop_proof' | 'use_dpop_nonce'; detail: string };

export type JudgeProof = (presented: PresentedProof) => Promise<JudgedProof>;

/** Milliseconds that a `jti` is remembered: longer than any nonce is taken. */
const remembered = 5 * 60 * 1000;

const claims = z.object({
  jti: z.string().min(1).max(500),
  iat: z.number(),
  htm: z.string(),
  htu: z.string(),
  ath: z.string(),
  nonce: z.string().exactOptional(),
});

/**
 * Judges the proof that comes with an access token to our own API (RFC 9449 §4.3), as oidc-provider does at its own
 * endpoints: signed by the key in it, for this request, this token and this moment, and never seen before.
 */
export function createProofJudge({
  nonces,
  remember,
  now,
}: {
  nonces: ProofNonces;
  remember: RememberOnce;
  now: () => number;
}): JudgeProof {
  return async (presented) => {
    try {
      const options = { typ: 'dpop+jwt', algorithms: [...proofAlgorithms], currentDate: new Date(now()) };
      const { payload, protectedHeader } = await jwtVerify(presented.proof, EmbeddedJWK, options);
      const said = claims.parse(payload);
      const problem = problemOf(said, presented);
      if (problem) return invalid(problem);
      if (said.nonce === undefined || !nonces.isKnown(said.nonce))
        return { error: 'use_dpop_nonce', detail: 'the nonce is missing, or was given too long ago' };
      const proofKey = await calculateJwkThumbprint(protectedHeader.jwk ?? {});
      if (await remember(`proof ${proofKey}`, said.jti, now() + remembered)) return { proofKey };
      return invalid('the proof was used before');
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof z.ZodError || error instanceof TypeError)
        return invalid(error.message);
      throw error;
    }
  };
}

const invalid = (detail: string): JudgedProof => ({ error: 'invalid_dpop_proof', detail });

function problemOf(
  { htm, htu, ath }: z.output<typeof claims>,
  presented: PresentedProof,
): string | undefined {
  if (htm !== presented.method) return 'htm is of another method';
  const address = URL.parse(htu);
  if (!address || `${address.origin}${address.pathname}` !== presented.url)
    return 'htu is of another address';
  const hash = createHash('sha256').update(presented.accessToken).digest('base64url');
  return ath === hash ? undefined : 'ath is of another token';
}
