import { createPublicKey } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import { z } from 'zod';
import type { Secret } from '../secret/secret.ts';
import { ownerOf } from './external-key.ts';
import { openSigningKey } from './keys.ts';
import type { SigningKeyRepository } from './signing-key.ts';

/** What a JWT of this installation says of whom it was issued to. */
export interface OwnJwt {
  kind: 'access token' | 'ID token';
  appId: string;
  /** As the app was told; absent where it speaks for itself. */
  sub?: string;
  grantId?: string;
  signInId?: string;
  /** Milliseconds, of a whole second. */
  signedInAt?: number;
}

interface Dependencies {
  signingKeys: Pick<SigningKeyRepository, 'list'>;
  secret: Pick<Secret, 'open'>;
}

const accessToken = z.object({
  client_id: z.string(),
  sub: z.string(),
  grant_id: z.string().exactOptional(),
  sign_in_id: z.string().exactOptional(),
  auth_time: z.int().exactOptional(),
});
const idToken = z.object({ aud: z.string(), sub: z.string(), auth_time: z.int().exactOptional() });

/**
 * Reads an access token (RFC 9068) or an ID token that a key of this installation signed, whether it is in force still
 * or has run out: it is looked at and lets nobody in. `undefined` for everything else.
 */
export async function readOwnJwt(dependencies: Dependencies, token: string): Promise<OwnJwt | undefined> {
  try {
    const { kid, typ } = decodeProtectedHeader(token);
    const key = (await dependencies.signingKeys.list()).find(({ id }) => id === ownerOf(kid ?? ''));
    if (!key) return undefined;
    const jwk = openSigningKey(key, dependencies.secret);
    const { payload } = await compactVerify(token, createPublicKey({ key: jwk, format: 'jwk' }));
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typ === 'at+jwt') return ofAccessToken(accessToken.parse(claims));
    // Others of ours, such as logout tokens, name their type.
    return (typ ?? 'JWT') === 'JWT' ? ofIdToken(idToken.parse(claims)) : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

/** RFC 9068 §5: an app that speaks for itself has its own id as `sub`, and no grant of anybody. */
function ofAccessToken(token: z.output<typeof accessToken>): OwnJwt {
  const { client_id: appId, sub, grant_id, sign_in_id } = token;
  const kind = 'access token';
  if (grant_id === undefined) return { kind, appId };
  const stands = { grantId: grant_id, ...(sign_in_id !== undefined && { signInId: sign_in_id }) };
  return { kind, appId, sub, ...stands, ...momentOf(token) };
}

function ofIdToken(token: z.output<typeof idToken>): OwnJwt {
  return { kind: 'ID token', appId: token.aud, sub: token.sub, ...momentOf(token) };
}

const momentOf = ({ auth_time }: { auth_time?: number }) =>
  auth_time === undefined ? {} : { signedInAt: auth_time * 1000 };
