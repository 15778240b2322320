/** A browser in a test: cookies by host and path, redirects by hand, and a passkey authenticator in software. */
import assert from 'node:assert/strict';
import { createAuthenticator, type SoftwareAuthenticator } from './authenticator.ts';

interface Cookie {
  value: string;
  path: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Where it leads, absolute. */
  location: string | undefined;
  text: string;
}

export interface TestBrowser {
  readonly origin: string;
  readonly authenticator: SoftwareAuthenticator;
  /** Every cookie value it was ever given. */
  readonly seen: Set<string>;
  readonly cookies: Map<string, Cookie>;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** What a page's script does: JSON from the same origin. */
  post(url: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  /** What a form does. */
  submit(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Follows redirects within the server; returns the first answer that is none, or that leads elsewhere. */
  follow(url: string): Promise<Answer>;
}

interface Place {
  /** Where the requests go: an instance that listens elsewhere than the issuer says, and trusts proxies here. */
  at?: string;
  /** The browser whose cookies and passkeys these are. */
  of?: Pick<TestBrowser, 'cookies' | 'seen' | 'authenticator'>;
}

export function createBrowser(origin: string, { at = origin, of }: Place = {}): TestBrowser {
  const cookies = of?.cookies ?? new Map<string, Cookie>();
  const seen = of?.seen ?? new Set<string>();
  const agent = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

  async function request(
    address: string,
    init: RequestInit & { headers: Record<string, string> },
  ): Promise<Answer> {
    const url = new URL(address, origin);
    const cookie = [...cookies].flatMap(([name, { value, path }]) =>
      within(url.pathname, path) ? `${name}=${value}` : [],
    );
    const headers = {
      ...agent,
      ...(at !== origin && { 'x-forwarded-host': url.host }),
      accept: 'text/html',
      ...(cookie.length > 0 ? { cookie: cookie.join('; ') } : {}),
      ...init.headers,
    };
    const signal = AbortSignal.timeout(15_000);
    const response = await fetch(url.href.replace(origin, at), {
      ...init,
      headers,
      redirect: 'manual',
      signal,
    });
    for (const line of response.headers.getSetCookie()) keep(line);
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      location: location === null ? undefined : new URL(location, url).href,
      text: await response.text(),
    };
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
    if (value === '' || attributes.some((attribute) => /^expires=Thu, 01 Jan 1970/i.test(attribute)))
      cookies.delete(name);
    else cookies.set(name, { value, path });
    if (value) seen.add(value);
  }

  const own = { 'sec-fetch-site': 'same-origin', origin };
  const browser: TestBrowser = {
    origin,
    authenticator: of?.authenticator ?? createAuthenticator({ origin }),
    seen,
    cookies,
    get: (url, headers = {}) => request(url, { headers }),
    post: (url, body, headers = {}) =>
      request(url, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...own, accept: 'application/json', 'content-type': 'application/json', ...headers },
      }),
    submit: (url, fields, headers = {}) =>
      request(url, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { ...own, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    async follow(url) {
      let answer = await browser.get(url);
      for (let hops = 0; answer.location?.startsWith(`${origin}/`); hops += 1) {
        assert.ok(hops < 10, 'too many redirects');
        answer = { ...(await browser.get(answer.location)), location: answer.location };
        if (answer.status < 300 || answer.status >= 400) break;
        answer.location = new URL(answer.headers.get('location') ?? '', origin).href;
      }
      return answer;
    },
  };
  return browser;
}

const within = (pathname: string, path: string) =>
  path === '/' || pathname === path || pathname.startsWith(`${path}/`);

const data = /<script type="application\/json" id="page-data">(.*?)<\/script>/s;

/** Whether it is a page of ours that asks for something. */
export const hasPageData = ({ text }: Answer): boolean => data.test(text);

/** What a page gives its script. */
export function pageData<T>({ text }: Answer): T {
  const [, json] = data.exec(text) ?? [];
  assert.ok(json, `no page data in:\n${text.slice(0, 500)}`);
  return JSON.parse(json) as T;
}
