/** A browser without pages: cookies, redirects and a passkey in software. For what needs no real one. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { createAuthenticator, type SoftwareAuthenticator } from '../server/testing/authenticator.ts';
import { CookieJar } from './cookie-jar.ts';

interface PageData {
  kind: string;
  options: PublicKeyCredentialRequestOptionsJSON;
  urls: Record<string, string>;
}

export interface SoftwareBrowser {
  readonly authenticator: SoftwareAuthenticator;
  /** Opens a setup or invitation link, fills in the form and makes a passkey. */
  enrol(link: string, person: { name: string; userName: string; email?: string }): Promise<void>;
  /**
   * Follows an authorization request through sign-in (with the passkey) and consent.
   * @returns the address at the app that the browser was sent to
   */
  authorize(request: URL): Promise<URL>;
  /** Follows a request to sign out, and says yes. @returns the address that the browser was sent to */
  signOut(request: URL): Promise<URL>;
  /** Opens the address that a device shows, says that the code is the device's, and signs in. */
  connectDevice(shown: URL): Promise<void>;
  /** Follows redirects up to a page with a script, whose requests can then be made one by one. */
  open(url: URL): Promise<OpenPage>;
  /** What a script of the account page sends. @throws Error where the answer is none of success */
  post<Answer>(path: string, body: object): Promise<Answer>;
  forgetCookies(): void;
}

/** A page with a script, to speak to the server in its place. */
export interface OpenPage {
  /** @throws Error where the answer is none of success */
  post<Answer>(address: string, body: object): Promise<Answer>;
  /** Of the answer, whatever it is. */
  status(address: string, body: object): Promise<number>;
}

/**
 * `origin` is the issuer's. Several browsers may share one authenticator, as if a passkey were synced.
 * @param request how it reaches the server, where that takes more than a name
 */
export function createSoftwareBrowser(
  origin: string,
  authenticator: SoftwareAuthenticator = createAuthenticator({ origin }),
  request: typeof fetch = fetch,
): SoftwareBrowser {
  let cookies = new CookieJar();

  /** @param body JSON of a script, or a form of the page */
  async function send(url: URL, body?: object): Promise<Response> {
    const isForm = body instanceof URLSearchParams;
    const response = await request(url, {
      redirect: 'manual',
      headers: {
        cookie: cookies.header(url),
        accept: body && !isForm ? 'application/json' : 'text/html',
        ...(body && { origin, 'sec-fetch-site': 'same-origin' }),
        ...(body && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body && { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
    });
    cookies.keep(url, response.headers.getSetCookie());
    return response;
  }

  async function post<Answer>(url: URL, body: object): Promise<Answer> {
    const response = await send(url, body);
    if (!response.ok)
      throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Follows redirects up to a page, or to an address at another origin. */
  async function follow(from: URL): Promise<{ url: URL; page?: string }> {
    let url = from;
    for (let hop = 0; hop < 10 && url.origin === origin; hop++) {
      const response = await send(url);
      const location = response.headers.get('location');
      if (!location) {
        if (!response.ok)
          throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
        return { url, page: await response.text() };
      }
      await response.arrayBuffer();
      url = new URL(location, url);
    }
    return { url };
  }

  /** Sends the first form of a page as its button would. */
  function submit(base: URL, page = '', more: Record<string, string> = {}): Promise<Response> {
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
    if (!action) throw new Error(`no form in:\n${page}`);
    const values = page.matchAll(/ name="(xsrf|user_code)"[^>]* value="([^"]+)"/g);
    const fields = Object.fromEntries([...values].map(([, name = '', value = '']) => [name, value]));
    return send(new URL(action, base), new URLSearchParams({ ...fields, ...more }));
  }

  /** Does what the script of an interaction's page would do; the address it goes to next. */
  async function answer({ kind, options, urls }: PageData, base: URL): Promise<URL> {
    const { location } =
      kind === 'consent'
        ? await post<{ location: string }>(new URL(at(urls, 'consent'), base), {})
        : await post<{ location: string }>(new URL(at(urls, 'login'), base), {
            response: authenticator.get(options),
            remember: false,
          });
    return new URL(location, base);
  }

  return {
    authenticator,
    async open(from) {
      const { url, page } = await follow(from);
      const { urls } = pageData(page);
      return {
        post: (address, body) => post(new URL(at(urls, address), url), body),
        async status(address, body) {
          const response = await send(new URL(at(urls, address), url), body);
          await response.arrayBuffer();
          return response.status;
        },
      };
    },
    post: (path, body) => post(new URL(path, origin), body),
    forgetCookies() {
      cookies = new CookieJar();
    },
    async enrol(link, person) {
      const { url, page } = await follow(new URL(link));
      const { urls } = pageData(page);
      const { options } = await post<{ options: PublicKeyCredentialCreationOptionsJSON }>(
        new URL(at(urls, 'options'), url),
        person,
      );
      await post(new URL(at(urls, 'finish'), url), { response: authenticator.create(options) });
    },
    async signOut(from) {
      const { url, page } = await follow(from);
      const answer = await submit(url, page, { logout: 'yes' });
      return new URL(answer.headers.get('location') ?? '', url);
    },
    async connectDevice(from) {
      const { url, page } = await follow(from);
      const confirmation = await submit(url, page);
      const asked = await submit(url, await confirmation.text(), { confirm: 'yes' });
      let step = await follow(new URL(asked.headers.get('location') ?? '', url));
      while (step.page?.includes('id="page-data"'))
        step = await follow(await answer(pageData(step.page), step.url));
    },
    async authorize(authorization) {
      let step = await follow(authorization);
      while (step.page !== undefined) step = await follow(await answer(pageData(step.page), step.url));
      return step.url;
    },
  };
}

function pageData(page: string | undefined): PageData {
  const [, json] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page ?? '') ?? [];
  if (!json) throw new Error(`no page data in:\n${page}`);
  return JSON.parse(json) as PageData;
}

function at(urls: Record<string, string>, name: string): string {
  const url = urls[name];
  if (!url) throw new Error(`the page has no address for ${name}`);
  return url;
}
