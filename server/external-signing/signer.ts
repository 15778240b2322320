/** Keys that somebody else holds: a KMS, or a small process beside a PKCS#11 module. See docs/external-signing.md. */
import { request } from 'undici';
import { z } from 'zod';
import { StorageError } from '../errors.ts';
import {
  type ConnectionOptions,
  openSignerConnections,
  type SignerConnections,
} from './signer-connections.ts';

/** A public key that the signer signs with, and nothing private. */
export interface ExternalKey {
  kid: string;
  /** One of RS256 is asked for PS256 too. */
  alg: 'ES256' | 'RS256' | 'EdDSA';
  jwk: Record<string, string>;
}

export interface Signer {
  /** @throws StorageError `unreachable` */
  keys(): Promise<ExternalKey[]>;
  /** The signature as a JWS has it (RFC 7518 §3). @throws StorageError `unreachable` */
  sign(key: { kid: string; alg: ExternalKey['alg'] | 'PS256' }, data: Uint8Array): Promise<Buffer>;
}

const key = z
  .object({ kid: z.string().min(1).max(200), alg: z.enum(['ES256', 'RS256', 'EdDSA']), kty: z.string() })
  .catchall(z.unknown());
const keySet = z.object({ keys: z.array(key).max(100) });
const signature = z.object({ signature: z.base64url().min(1).max(2000) });

/** Milliseconds for one answer: who waits for a token waits for it. */
const patience = 3_000;
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;

/** @param url of the signer, without a slash at its end. Its files are opened when it is first asked */
export function createSigner(
  { url, token, files }: { url: string; token: string; files: ConnectionOptions['files'] },
  options: Omit<ConnectionOptions, 'files'>,
): Signer {
  let connections: SignerConnections | undefined;
  async function ask(path: string, asked?: object): Promise<unknown> {
    try {
      connections ??= openSignerConnections({ files, ...options });
      const { statusCode, body } = await request(`${url}${path}`, {
        dispatcher: connections.dispatcher(),
        method: asked ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, ...(asked && { 'content-type': 'application/json' }) },
        ...(asked && { body: JSON.stringify(asked) }),
        signal: AbortSignal.timeout(patience),
      });
      // A redirect is none: nobody else is shown the token.
      if (statusCode === 200) return await body.json();
      await body.dump();
      throw new Error(`it answered ${statusCode}`);
    } catch (cause) {
      connections?.doubt();
      throw new StorageError('unreachable', `the signer at ${url} does not sign: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }
  const read = <T>(schema: z.ZodType<T>, answer: unknown): T => {
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw new StorageError('unreachable', `the signer at ${url} says what nobody understands`);
  };
  return {
    async keys() {
      return read(keySet, await ask('/keys')).keys.map(({ kid, alg, ...jwk }) => ({
        ...{ kid, alg },
        jwk: Object.fromEntries(
          publicMembers.flatMap((name) => (name in jwk ? [[name, String(jwk[name])]] : [])),
        ),
      }));
    },
    async sign({ kid, alg }, data) {
      const payload = Buffer.from(data).toString('base64url');
      return Buffer.from(read(signature, await ask('/sign', { kid, alg, payload })).signature, 'base64url');
    },
  };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
