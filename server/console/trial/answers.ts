/** What comes to a stand-in, out of what it was encrypted and signed with. */
import {
  compactDecrypt,
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { trialId } from '../../apps/trial-app.ts';
import type { Speaking } from './speaker.ts';

/** What an app would have heard, or found out. */
export class TrialFailure extends Error {
  readonly error: string;
  readonly description: string | undefined;

  constructor(error: unknown, description?: unknown) {
    super(String(error));
    this.error = String(error);
    this.description = description === undefined ? undefined : String(description);
  }
}

export interface ReadAnswer {
  header: object;
  claims: JWTPayload;
  /** By which algorithm it was signed. */
  signedBy: string;
  /** And by which it was encrypted. */
  encryptedBy?: string;
}

/**
 * Decrypts and verifies as an app must, with the keys that this server publishes.
 * @param about what it is called where it is none
 * @throws TrialFailure
 */
export async function readAnswer(
  speaking: Speaking,
  jwt: string,
  about: { what: string; mustBeEncrypted: boolean },
): Promise<ReadAnswer> {
  try {
    const { jws, encryptedBy } = await decrypted(speaking, jwt);
    if (about.mustBeEncrypted && encryptedBy === undefined)
      throw new TrialFailure(about.what, 'it is not encrypted');
    const { body } = await speaking.ask({ method: 'GET', path: '/jwks' });
    const { payload: claims, protectedHeader: header } = await jwtVerify(
      jws,
      createLocalJWKSet(body as unknown as JSONWebKeySet),
      {
        issuer: speaking.issuer,
        audience: trialId(speaking.appId),
        currentDate: new Date(speaking.now),
        clockTolerance: 10,
      },
    );
    const read = { header, claims, signedBy: header.alg };
    return encryptedBy === undefined ? read : { ...read, encryptedBy };
  } catch (error) {
    // Of what is no JWT at all its library says it by a TypeError.
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw new TrialFailure(about.what, error.message);
    throw error;
  }
}

async function decrypted({ keys }: Speaking, jwt: string): Promise<{ jws: string; encryptedBy?: string }> {
  if (jwt.split('.').length !== 5) return { jws: jwt };
  const { alg = '' } = decodeProtectedHeader(jwt);
  const { plaintext } = await compactDecrypt(jwt, await keys.privateKey(alg));
  return { jws: new TextDecoder().decode(plaintext), encryptedBy: alg };
}
