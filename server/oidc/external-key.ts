import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { JWK } from 'jose';
import { ExternalSigningKey } from 'oidc-provider';
import { StorageError } from '../errors.ts';
import type { Signer } from '../external-signing/signer.ts';
import { answering } from './availability.ts';

type Algorithm = Parameters<Signer['sign']>[0]['alg'];

interface Kept {
  kid: string;
  alg: Algorithm;
  /** What the signer calls it. */
  signerKid: string;
  jwk: JWK;
  /** Absent where none is set up: the key verifies, and signs nothing. */
  signer: Pick<Signer, 'sign'> | undefined;
}

/** A key that somebody else holds. What it gives is verified first: nothing goes out that nobody could verify. */
class KeyElsewhere extends ExternalSigningKey {
  readonly #kept: Kept;
  readonly #publicKey: KeyObject;

  constructor(kept: Kept) {
    super();
    this.#kept = kept;
    this.#publicKey = createPublicKey({ key: kept.jwk, format: 'jwk' });
  }

  override get kid() {
    return this.#kept.kid;
  }

  override get alg() {
    return this.#kept.alg;
  }

  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  /** @throws TemporarilyUnavailable, 503 */
  override sign(data: Uint8Array): Promise<Buffer> {
    return signElsewhere(this.#kept, this.#publicKey, data);
  }
}

const signElsewhere = answering(
  async ({ signer, signerKid, alg }: Kept, publicKey: KeyObject, data: Uint8Array): Promise<Buffer> => {
    if (!signer) throw new StorageError('unreachable', `no signer is set up for the key ${signerKid}`);
    const signature = await signer.sign({ kid: signerKid, alg }, data);
    if (!isSigned({ alg, publicKey, data, signature }))
      throw new StorageError('unreachable', `the signer has not signed with the key ${signerKid}`);
    return signature;
  },
);

interface Signed {
  alg: Algorithm;
  publicKey: KeyObject;
  data: Uint8Array;
  signature: Uint8Array;
}

/** RFC 7518 §3.3 to §3.5, RFC 8037 §3.1. */
function isSigned({ alg, publicKey: key, data, signature }: Signed): boolean {
  if (alg === 'EdDSA') return verify(null, data, key, signature);
  if (alg === 'ES256') return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  const padding = alg === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return verify('sha256', data, { key, padding, saltLength: 32 }, signature);
}

/** What follows the name of an RSA key where it signs PS256: a key of ours has one algorithm, and its `kid` is unique. */
const pssSuffix = '.PS256';

/** The keys that are published of one that a signer has: of RSA one for each of its two algorithms. */
export function keysElsewhere(
  { id, alg, jwk }: { id: string; alg: 'ES256' | 'RS256' | 'EdDSA'; jwk: JWK },
  signer: Kept['signer'],
): ExternalSigningKey[] {
  const kept = { signerKid: id, jwk, signer };
  const own = new KeyElsewhere({ ...kept, kid: id, alg });
  return alg === 'RS256'
    ? [own, new KeyElsewhere({ ...kept, kid: `${id}${pssSuffix}`, alg: 'PS256' })]
    : [own];
}

/** The key that a published `kid` belongs to. */
export const ownerOf = (kid: string): string => kid.replace(/\.PS256$/, '');
