/** A browser at sites behind a gateway, and the gateway: what it says, and what it does with our answers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { NewApp } from '../apps/validation.ts';
import type { TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { authorize } from './journeys.ts';

/** The gateway of a test asks from here. */
export const trustedHere = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1/32,::1/128' };

/** A request at a site. */
export interface SiteRequest {
  url: string;
  method?: string;
  /** Beside those of a browser that opens a page. */
  headers?: OutgoingHttpHeaders;
}

export interface SiteVisitor {
  /** Cookies by origin. */
  readonly jar: Map<string, Map<string, string>>;
  /** What the gateway is answered when it asks about a request. */
  asked(about: string | SiteRequest): Promise<Response>;
  /** One of our own paths on the site. */
  own(url: string, headers?: OutgoingHttpHeaders): Promise<Response>;
  /** From a page of the site through the sign-in at the issuer to what comes back: an address of the site. */
  toCallback(url: string): Promise<string>;
  /** All of it. @returns where the person ends up */
  signIn(url: string): Promise<string>;
}

/** Of what a script asks for. */
export const scriptHeaders = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

export function createSiteVisitor(browser: TestBrowser): SiteVisitor {
  const jar: SiteVisitor['jar'] = new Map();
  const { origin: issuer } = browser;
  const cookiesOf = (origin: string) => jar.get(origin) ?? new Map<string, string>();

  async function send(path: string, origin: string, headers: OutgoingHttpHeaders): Promise<Response> {
    const cookie = [...cookiesOf(origin)].map(([name, value]) => `${name}=${value}`).join('; ');
    const { protocol, host } = new URL(origin);
    const response = await get(issuer + path, {
      ...(cookie && { cookie }),
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-host': host,
      ...headers,
    });
    const kept = cookiesOf(origin);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      kept.set(name, value);
    }
    jar.set(origin, kept);
    return response;
  }

  const visitor: SiteVisitor = {
    jar,
    asked(about) {
      const { url, method = 'GET', headers = {} } = typeof about === 'string' ? { url: about } : about;
      const { origin } = new URL(url);
      const told = { 'x-forwarded-method': method, 'x-forwarded-uri': url.slice(origin.length) || '/' };
      return send('/forward-auth', origin, { ...page, ...headers, ...told });
    },
    own(url, headers = {}) {
      const { origin } = new URL(url);
      return send(url.slice(origin.length), origin, { ...page, ...headers });
    },
    async toCallback(url) {
      const asked = await visitor.asked(url);
      assert.equal(asked.status, 302, await asked.text());
      const begun = await visitor.own(location(asked));
      assert.equal(begun.status, 303, await begun.text());
      return (await authorize(browser, location(begun))).href;
    },
    async signIn(url) {
      const back = await visitor.own(await visitor.toCallback(url));
      assert.equal(back.status, 303, await back.text());
      return location(back);
    },
  };
  return visitor;
}

/** Not by `fetch`, which says itself what a request is for. */
async function get(url: string, headers: OutgoingHttpHeaders): Promise<Response> {
  const [answer] = (await once(request(url, { headers, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ];
  const body = await text(answer);
  const given = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const status = answer.statusCode ?? 0;
  return new Response(status === 204 ? null : body, { status, headers: given });
}

export function location(response: Response): string {
  return response.headers.get('location') ?? assert.fail(`${response.status} leads nowhere`);
}

/** Registers a site behind a gateway. */
export async function addSite(
  { administration }: Pick<TestInstallation, 'administration'>,
  { origins = [], ...more }: Partial<NewApp> & { origins?: string[] },
) {
  const input = { name: 'Wiki', kind: 'proxied', forwardAuth: { origins }, ...more } as const;
  return (await administration.apps.add(input)).app;
}
