import { createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';

/** What a key may say of itself; whatever else stands there is nobody's business (RFC 7517 §4, RFC 7518 §6). */
const about = {
  kid: z.string().max(200).exactOptional(),
  /** The certificate of the key, DER in base64 (RFC 7517 §4.7). */
  x5c: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9+/]+={0,2}$/)
        .max(16_000),
    )
    .min(1)
    .max(5)
    .exactOptional(),
  use: z.enum(['sig', 'enc'], 'must be for signatures or encryption: use sig or enc').exactOptional(),
};
const part = z.string('is missing a part').regex(/^[A-Za-z0-9_-]+$/, 'has a part that is not base64url');

const keyKinds = z.discriminatedUnion(
  'kty',
  [
    z.object({
      kty: z.literal('EC'),
      crv: z.literal('P-256', 'must be on the curve P-256'),
      x: part,
      y: part,
      alg: z.enum(['ES256', 'ECDH-ES', 'ECDH-ES+A256KW']).exactOptional(),
      ...about,
    }),
    z.object({
      kty: z.literal('RSA'),
      n: part.min(342, 'must have at least 2,048 bits').max(1366, 'must have at most 8,192 bits'),
      e: part.max(8),
      alg: z.enum(['RS256', 'PS256', 'RSA-OAEP-256']).exactOptional(),
      ...about,
    }),
    z.object({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519', 'must be on the curve Ed25519'),
      x: part,
      alg: z.enum(['EdDSA', 'Ed25519']).exactOptional(),
      ...about,
    }),
  ],
  'must be of the kind EC, RSA or OKP',
);

const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

const publicKey = z
  .looseObject({})
  .refine((key) => !privateParts.some((name) => name in key), {
    message: 'holds a private key: keep it where the app runs, and give the public half',
    abort: true,
  })
  .pipe(keyKinds)
  .refine(isSound, 'is not a key that exists')
  .refine(fitsCertificate, 'has a certificate (x5c) of another key');

/** The public keys of what an app signs (RFC 7523 §3, RFC 9101), or is encrypted for: what is secret of them is refused. */
export const publicKeys = z.strictObject({
  keys: z.array(publicKey).min(1, 'must hold at least one key').max(10, 'must hold at most 10 keys'),
});

/** A point off its curve, for example, is none. */
function isSound(key: z.output<typeof keyKinds>): boolean {
  try {
    createPublicKey({ format: 'jwk', key });
    return true;
  } catch {
    return false;
  }
}

function fitsCertificate({ x5c: [first] = [], ...key }: z.output<typeof keyKinds>): boolean {
  try {
    if (first === undefined) return true;
    const certificate = new X509Certificate(Buffer.from(first, 'base64'));
    return certificate.publicKey.equals(createPublicKey({ format: 'jwk', key }));
  } catch {
    return false;
  }
}
