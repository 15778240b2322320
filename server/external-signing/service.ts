/** The other side of `Signer`: gives out public keys and signatures to whoever shows the token. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { ExternalKey } from './signer.ts';

/** Whoever has the keys. */
export interface KeyStore {
  keys(): Promise<ExternalKey[]>;
  /** `undefined` where there is no such key, or it is none of that algorithm. */
  sign(key: { kid: string; alg: string }, data: Buffer): Promise<Buffer | undefined>;
}

interface ServiceDependencies {
  store: KeyStore;
  token: string;
  log: Pick<Log, 'error'>;
}

const signing = z.strictObject({ kid: z.string(), alg: z.string(), payload: z.base64url() });
const largest = 64 * 1024;

export function createSigningService({ store, token, log }: ServiceDependencies): RequestListener {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  const expected = digest(`Bearer ${token}`);
  const answer = async (request: IncomingMessage): Promise<[status: number, body: object]> => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return [401, {}];
    if (request.method === 'GET' && request.url === '/keys') {
      const keys = (await store.keys()).map(({ kid, alg, jwk }) => ({ ...jwk, kid, alg, use: 'sig' }));
      return [200, { keys }];
    }
    if (request.method !== 'POST' || request.url !== '/sign') return [404, {}];
    const asked = signing.safeParse(await readJson(request));
    if (!asked.success) return [400, {}];
    const { kid, alg, payload } = asked.data;
    const signature = await store.sign({ kid, alg }, Buffer.from(payload, 'base64url'));
    return signature ? [200, { signature: signature.toString('base64url') }] : [404, {}];
  };
  return (request, response) => {
    answer(request).then(
      ([status, body]) => send(response, status, body),
      (err: unknown) => {
        log.error({ err }, 'the keys cannot be used');
        send(response, 503, {});
      },
    );
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > largest) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
