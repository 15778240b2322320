/** Who asks our API: the token, and the proof that comes with it where it is bound to a key. */
import type { Context } from 'koa';
import { AppError } from '../errors.ts';
import { clientCertificate } from '../http/request.ts';
import type { ApiCaller, FindCaller, Shown } from './api-caller.ts';
import { type ProofNonces, proofAlgorithms } from './dpop.ts';
import type { JudgeProof } from './dpop-proof.ts';

interface AuthenticationDependencies {
  findCaller: FindCaller;
  judgeProof: JudgeProof;
  nonces: Pick<ProofNonces, 'next'>;
  issuer: string;
  /** RFC 9728 §5.1. */
  resourceMetadataUrl: string;
}

/** @throws AppError `token_invalid` */
export type AuthenticateCaller = (ctx: Context) => Promise<ApiCaller>;

/** RFC 6750 §2.1 and RFC 9449 §7.1, and in the header alone. */
export function createApiAuthentication(dependencies: AuthenticationDependencies): AuthenticateCaller {
  return async (ctx) => {
    const [, scheme = '', token] = /^(Bearer|DPoP) ([\w.~+/-]+=*)$/i.exec(ctx.get('Authorization')) ?? [];
    const isBound = scheme.toLowerCase() === 'dpop';
    // RFC 6750 §3.1: without a token nothing is said to be wrong with it.
    const told = { isBound, error: token === undefined ? undefined : 'invalid_token' };
    try {
      if (token === undefined) throw new AppError('token_invalid', { detail: 'no token' });
      const shown = isBound ? await proofOf(dependencies, ctx, { token, told }) : {};
      return await dependencies.findCaller(token, { ...shown, certificate: clientCertificate(ctx) });
    } catch (error) {
      if (error instanceof AppError && error.code === 'token_invalid')
        ctx.set(
          'WWW-Authenticate',
          `${challenge(told)}, resource_metadata="${dependencies.resourceMetadataUrl}"`,
        );
      throw error;
    }
  };
}

interface Told {
  isBound: boolean;
  error: string | undefined;
}

async function proofOf(
  { judgeProof, nonces, issuer }: AuthenticationDependencies,
  ctx: Context,
  { token, told }: { token: string; told: Told },
): Promise<Shown> {
  // RFC 9449 §8.2: the next nonce comes with every answer to a proof.
  ctx.set('DPoP-Nonce', nonces.next());
  const url = `${issuer}${ctx.path}`;
  const judged = await judgeProof({ proof: ctx.get('DPoP'), method: ctx.method, url, accessToken: token });
  if (judged.error === undefined) return { proofKey: judged.proofKey };
  told.error = judged.error;
  throw new AppError('token_invalid', { detail: judged.detail });
}

function challenge({ isBound, error }: Told): string {
  const wrong = error === undefined ? '' : `, error="${error}"`;
  if (isBound) return `DPoP realm="administration"${wrong}, algs="${proofAlgorithms.join(' ')}"`;
  return `Bearer realm="administration"${wrong}`;
}
