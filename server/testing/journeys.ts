/** What people do, step by step over HTTP, so that a test can say it in one line. */
import assert from 'node:assert/strict';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import * as client from 'openid-client';
import { type Answer, createBrowser, hasPageData, pageData, type TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';

export interface SignInPageData {
  kind: string;
  options: PublicKeyCredentialRequestOptionsJSON;
  urls: { options: string; login: string; abort: string };
}

export interface Typed {
  name: string;
  userName: string;
  email?: string;
}

/** Parses what a script would get. */
export const json = <T = Record<string, unknown>>({ text }: Answer): T => JSON.parse(text) as T;

/** Opens a link (setup, invitation, recovery) and begins the passkey it is for. */
export async function beginByLink(
  browser: TestBrowser,
  url: string,
  typed: object = {},
): Promise<{ finish: () => Promise<Answer> }> {
  const page = await browser.follow(url);
  assert.equal(page.status, 200, page.text);
  const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
  const begun = await browser.post(urls.options, typed);
  assert.equal(begun.status, 200, begun.text);
  const { options } = json<{ options: PublicKeyCredentialCreationOptionsJSON }>(begun);
  return { finish: () => browser.post(urls.finish, { response: browser.authenticator.create(options) }) };
}

/** Opens a link and makes the passkey it is for. */
export async function enrolByLink(browser: TestBrowser, url: string, typed: object = {}): Promise<Answer> {
  const { finish } = await beginByLink(browser, url, typed);
  return finish();
}

/** A browser whose person has just become the first administrator. */
export async function setUp(installation: TestInstallation): Promise<TestBrowser> {
  const browser = createBrowser(installation.origin);
  const { link } = await installation.administration.people.setupLink({});
  const done = await enrolByLink(browser, link.url, {
    name: 'Ada Lovelace',
    userName: 'ada',
    email: 'ada@example.org',
  });
  assert.equal(done.status, 200, done.text);
  return browser;
}

/** A person with an account and a passkey, in a browser of their own that is signed in. */
export async function addPerson(installation: TestInstallation, typed: Typed): Promise<TestBrowser> {
  const browser = createBrowser(installation.origin);
  const { link = assert.fail() } = await installation.administration.people.invite(typed);
  const done = await enrolByLink(browser, link.url, { name: typed.name });
  assert.equal(done.status, 200, done.text);
  return browser;
}

/** Answers a page that asks for a passkey with the browser's. Returns where the script goes on. */
export async function answerSignIn(browser: TestBrowser, page: Answer, remember = false): Promise<string> {
  const { kind, options, urls } = pageData<SignInPageData>(page);
  const response = browser.authenticator.get(options);
  const answer = await browser.post(urls.login, kind === 'step-up' ? { response } : { response, remember });
  assert.equal(answer.status, 200, answer.text);
  return json<{ location: string }>(answer).location;
}

/** Answers a consent page. */
export async function allow(browser: TestBrowser, page: Answer): Promise<string> {
  const { urls } = pageData<{ urls: { consent: string } }>(page);
  const answer = await browser.post(urls.consent, {});
  assert.equal(answer.status, 200, answer.text);
  return json<{ location: string }>(answer).location;
}

/** An app that nobody here wrote: openid-client. */
export interface RelyingParty {
  config: client.Configuration;
  redirectUri: string;
  /** The key that its tokens are bound to. */
  binding?: client.DPoPOptions;
}

export async function discover(
  origin: string,
  app: { id: string; secret?: string; redirectUri: string },
): Promise<RelyingParty> {
  const authentication = app.secret ? client.ClientSecretBasic(app.secret) : client.None();
  const config = await client.discovery(new URL(origin), app.id, {}, authentication, {
    execute: [client.allowInsecureRequests],
  });
  return { config, redirectUri: app.redirectUri };
}

export interface AuthorizationRequest {
  url: string;
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string };
}

export async function beginAuthorization(
  { config, redirectUri }: RelyingParty,
  parameters: Record<string, string> = {},
): Promise<AuthorizationRequest> {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { url: url.href, checks };
}

/** From the app's request to what the browser gets last, signing in and allowing on the way where a page asks. */
export async function arrive(browser: TestBrowser, url: string): Promise<Answer> {
  let answer = await browser.follow(url);
  for (let pages = 0; answer.status === 200 && hasPageData(answer); pages += 1) {
    assert.ok(pages < 4, 'too many pages');
    const { kind } = pageData<{ kind: string }>(answer);
    const location = kind === 'consent' ? await allow(browser, answer) : await answerSignIn(browser, answer);
    answer = await browser.follow(location);
  }
  return answer;
}

/** The same, to the address that the app is answered at. */
export async function authorize(browser: TestBrowser, url: string): Promise<URL> {
  const answer = await arrive(browser, url);
  assert.ok(answer.location, `${answer.status} ${answer.text.slice(0, 600)}`);
  return new URL(answer.location);
}

/** The whole code flow, as an app sees it. */
export async function signInTo(
  browser: TestBrowser,
  party: RelyingParty,
  parameters: Record<string, string> = {},
) {
  const { url, checks } = await beginAuthorization(party, parameters);
  const callback = await authorize(browser, url);
  return client.authorizationCodeGrant(party.config, callback, checks, undefined, party.binding);
}
