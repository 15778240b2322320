/** A person's browser at an app: cookies of the app, and the software browser for the provider's pages. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CookieJar } from '../../e2e/cookie-jar.ts';
import type { SoftwareBrowser } from '../../e2e/software-browser.ts';

export interface Shown {
  url: URL;
  status: number;
  text: string;
}

export interface Visitor {
  /** Opens a page of an app, and signs in at the provider where the app sends there. */
  open(address: string): Promise<Shown>;
  /** The same for a form. */
  submit(address: string, fields?: Record<string, string>): Promise<Shown>;
  /** Opens a page (or sends a form) that signs out; says yes to the provider. @returns where that leads */
  signOut(address: string, fields?: Record<string, string>): Promise<URL>;
  /** Where an app sends somebody, without going there. */
  sentTo(address: string): Promise<URL | undefined>;
}

/** What a browser sends with a link or a form; `fetch` could not say so. */
const navigation = {
  accept: 'text/html, */*;q=0.5',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'user-agent': 'Mozilla/5.0',
};

export function createVisitor(browser: SoftwareBrowser, issuer: string): Visitor {
  const jars = new Map<string, CookieJar>();

  async function send(url: URL, fields?: Record<string, string>): Promise<IncomingMessage> {
    const jar = jars.get(url.origin) ?? new CookieJar();
    jars.set(url.origin, jar);
    const body = fields && String(new URLSearchParams(fields));
    const sent = request(url, {
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...navigation,
        cookie: jar.header(url),
        ...(body !== undefined && {
          origin: url.origin,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        }),
      },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    jar.keep(url, response.headers['set-cookie'] ?? []);
    return response;
  }

  /** Follows redirects of apps. @returns the first answer that is none, or the address at the provider */
  async function follow(from: URL, fields?: Record<string, string>): Promise<Shown | URL> {
    let [url, form] = [from, fields];
    for (let hop = 0; hop < 10; hop++) {
      if (url.origin === issuer) return url;
      const response = await send(url, form);
      const { location } = response.headers;
      const page = await text(response);
      if (!location) return { url, status: response.statusCode ?? 0, text: page };
      [url, form] = [new URL(location, url), undefined];
    }
    throw new Error(`redirected in circles, at last to ${url}`);
  }

  async function visit(address: string, fields?: Record<string, string>): Promise<Shown> {
    let at = await follow(new URL(address), fields);
    for (let times = 0; at instanceof URL; times++) {
      if (times > 1) throw new Error(`sent to sign in again: ${at}`);
      at = await follow(await browser.authorize(at));
    }
    return at;
  }

  return {
    open: (address) => visit(address),
    submit: (address, fields = {}) => visit(address, fields),
    async signOut(address, fields) {
      const at = await follow(new URL(address), fields);
      if (at instanceof URL) return browser.signOut(at);
      throw new Error(`${address} did not lead to the provider, but to ${at.url}: ${at.status} ${at.text}`);
    },
    async sentTo(address) {
      const at = await follow(new URL(address));
      return at instanceof URL ? at : undefined;
    },
  };
}
