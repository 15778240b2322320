import type { IncomingMessage } from 'node:http';
import { inject } from 'light-my-request';
import type { Provider } from 'oidc-provider';
import { nameLike } from '../http/request.ts';

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
}

export interface ProviderAnswer {
  status: number;
  /** As it came. */
  text: string;
  /** Of an answer in JSON; else empty. */
  body: Record<string, unknown>;
  /** To be put into the next proof of possession (RFC 9449 §8.2). */
  nonce?: string;
}

/**
 * Asks an endpoint of our own provider without the network: what an app's server would ask.
 * @param on the request on whose behalf it is asked; both have one id in the log
 */
export async function askProvider(
  { provider, issuer }: { provider: Provider; issuer: string },
  on: IncomingMessage,
  { method, path, headers, form }: Asked,
): Promise<ProviderAnswer> {
  const { host, protocol } = new URL(issuer);
  const answer = provider.callback();
  const response = await inject(
    (request, reply) => {
      nameLike(request, on);
      void answer(request, reply);
    },
    {
      method,
      url: path,
      headers: {
        host,
        'x-forwarded-host': host,
        'x-forwarded-proto': protocol.slice(0, -1),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form && { payload: String(new URLSearchParams(form)) }),
    },
  );
  const { statusCode: status, payload: text } = response;
  const isJson = /^application\/(jwk-set\+)?json\b/.test(String(response.headers['content-type']));
  const nonce = response.headers['dpop-nonce'];
  return {
    ...{ status, text, body: isJson ? response.json() : {} },
    ...(typeof nonce === 'string' && { nonce }),
  };
}
