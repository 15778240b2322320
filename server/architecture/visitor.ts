/** Visits the issuer as a browser or an app would. */
import { type OutgoingHttpHeaders, request as requestPlainly } from 'node:http';
import { request } from 'node:https';
import { NoMeansError } from './verify.ts';

export interface Visited {
  issuer: string;
  /** Where the issuer's host is found, if its name does not tell. */
  address?: string;
  /** Authorities to trust, as PEM; the system's if absent. */
  authority?: string;
}

export interface Visit {
  path: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  body?: object;
}

export interface Seen {
  status: number;
  headers: Readonly<Record<string, string[] | undefined>>;
  text: string;
}

const patience = 5_000;
/** Characters. No page of ours comes near. */
const longest = 1_000_000;

/** @throws Error where there is no answer */
export function visit(
  { issuer, address, authority }: Visited,
  { path, method = 'GET', headers, body }: Visit,
): Promise<Seen> {
  const { hostname, port, host, protocol } = new URL(issuer);
  const secure = protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  const content = body === undefined ? '' : JSON.stringify(body);
  const sent = (secure ? request : requestPlainly)({
    ...{ host: address ?? hostname, port: port || (secure ? 443 : 80), path, method, agent: false },
    ...(secure && { servername: hostname }),
    ...(authority !== undefined && { ca: authority }),
    headers: {
      accept: 'application/json',
      ...(method === 'POST' && { 'content-length': Buffer.byteLength(content) }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
      host,
    },
  });
  sent.setTimeout(patience, () => sent.destroy(new Error('no answer within 5 s')));
  sent.on('error', reject).on('response', (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > longest) sent.destroy(new Error('an answer without an end'));
    });
    answer.on('end', () =>
      resolve({ status: answer.statusCode ?? 0, headers: answer.headersDistinct, text }),
    );
  });
  sent.end(content);
  return promise;
}

/** The sign-in page, with what its script would need to go on. */
export interface SignInPage {
  options: { rpId?: string; challenge: string; userVerification?: string };
  /** Sends the script's request. */
  post(url: 'login', body: object): Promise<Seen>;
}

/** Goes to the account page as somebody who is not signed in, which leads to the sign-in page. */
export async function openSignIn(visited: Visited): Promise<SignInPage> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(visited.issuer);
  const asBrowser = async (asked: Visit): Promise<Seen> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const seen = await visit(visited, { ...asked, headers: { ...asked.headers, cookie } });
    for (const line of seen.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return seen;
  };
  const page = await follow('/account', { asBrowser, origin });
  const [, json] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page) ?? [];
  if (!json)
    throw new NoMeansError('the account page leads to no sign-in page: is there an administrator yet?');
  const { options, urls } = JSON.parse(json) as { options: SignInPage['options']; urls: { login: string } };
  const headers = { origin, 'sec-fetch-site': 'same-origin' };
  return {
    options,
    post: (url, body) => asBrowser({ path: urls[url], method: 'POST', headers, body }),
  };
}

async function follow(
  start: string,
  { asBrowser, origin }: { asBrowser: (visit: Visit) => Promise<Seen>; origin: string },
): Promise<string> {
  let path = start;
  for (let hop = 0; hop < 10; hop++) {
    const { status, headers, text } = await asBrowser({ path, headers: { accept: 'text/html' } });
    const [location] = headers.location ?? [];
    if (!location) {
      if (status !== 200) throw new Error(`${path.split('?')[0]} answered ${status}`);
      return text;
    }
    const next = new URL(location, `${origin}${path}`);
    if (next.origin !== origin) throw new Error(`${path.split('?')[0]} leads to ${next.origin}`);
    path = next.pathname + next.search;
  }
  throw new Error('redirects without an end');
}
