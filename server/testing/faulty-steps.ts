/** What people and apps do, step by step. */
import assert from 'node:assert/strict';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { createAuthenticator } from './authenticator.ts';
import { type Answer, pageData, type TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { beginAuthorization, discover, json, type RelyingParty, type SignInPageData } from './journeys.ts';

/** An answer that is none of success, where a flow ends. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`${answer.status} ${answer.location ?? answer.text.slice(0, 300)}`);
    this.name = 'Refused';
    this.answer = answer;
  }
}

export interface Flow {
  name: string;
  /** What comes before, without faults. Returns the flow itself. */
  prepare(): Promise<() => Promise<unknown>>;
}

/** A person with a session in a browser, and an app that asks for consent. */
export interface Stage {
  installation: TestInstallation;
  browser: TestBrowser;
  party: RelyingParty;
  /** The node that an app asks; the one at the issuer's address, unless said otherwise. */
  at?: string;
}

export const redirectUri = 'http://localhost:4999/callback';

export async function addApp(installation: TestInstallation): Promise<RelyingParty> {
  const { app } = await installation.administration.apps.add({
    name: 'Notes',
    kind: 'browser',
    redirectUris: [redirectUri],
  });
  return discover(installation.origin, { id: app.id, redirectUri });
}

export function ok(answer: Answer): Answer {
  const failed = answer.status >= 400 || answer.location?.includes('error=');
  if (failed) throw new Refused(answer);
  return answer;
}

/** From a link to the passkey it is for. */
export async function enrol(browser: TestBrowser, url: string, typed: object = {}): Promise<void> {
  const page = ok(await browser.follow(url));
  const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
  const { options } = json<{ options: PublicKeyCredentialCreationOptionsJSON }>(
    ok(await browser.post(urls.options, typed)),
  );
  ok(await browser.post(urls.finish, { response: browser.authenticator.create(options) }));
}

/** From the app's request to its code, signing in and allowing where a page asks. */
export async function getCode(browser: TestBrowser, url: string): Promise<URL> {
  let answer = ok(await browser.follow(url));
  for (let pages = 0; answer.status === 200; pages += 1) {
    assert.ok(pages < 4, 'too many pages');
    answer = ok(await browser.follow(await answerPage(browser, answer)));
  }
  return new URL(answer.location ?? '');
}

async function answerPage(browser: TestBrowser, page: Answer): Promise<string> {
  const { kind, options, urls } = pageData<
    SignInPageData & { kind: string; urls: { consent: string; login: string } }
  >(page);
  const answered =
    kind === 'consent'
      ? await browser.post(urls.consent, {})
      : await browser.post(urls.login, { response: browser.authenticator.get(options), remember: false });
  return json<{ location: string }>(ok(answered)).location;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

/** What the server of an app asks: no cookies, no origin. */
export async function askAsApp(
  { installation: { origin }, at = origin }: Pick<Stage, 'installation' | 'at'>,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const headers = { accept: 'application/json', 'x-forwarded-host': new URL(origin).host, ...init.headers };
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(new URL(path, at), { ...init, headers, signal });
  return {
    status: response.status,
    headers: response.headers,
    location: undefined,
    text: await response.text(),
  };
}

export function postAsApp(stage: Stage, path: string, parameters: Record<string, string>): Promise<Answer> {
  const { client_id } = stage.party.config.clientMetadata();
  return askAsApp(stage, path, {
    method: 'POST',
    body: new URLSearchParams({ client_id, ...parameters }),
  });
}

export const redeem = (stage: Stage, parameters: Record<string, string>) =>
  postAsApp(stage, '/token', parameters);

export async function newCode(stage: Stage, scope = 'openid offline_access') {
  const { url, checks } = await beginAuthorization(stage.party, { scope, prompt: 'consent' });
  const callback = await getCode(stage.browser, url);
  return {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: checks.pkceCodeVerifier,
  };
}

export const newTokens = async (stage: Stage): Promise<Tokens> =>
  json<Tokens>(ok(await redeem(stage, await newCode(stage))));

/** Confirms with the passkey. Returns the proof. */
export async function confirm(browser: TestBrowser, purpose: string): Promise<string> {
  const begun = ok(await browser.post('/account/confirm/options', { purpose }));
  const { options } = json<{ options: PublicKeyCredentialRequestOptionsJSON }>(begun);
  const response = browser.authenticator.get(options);
  return json<{ proof: string }>(ok(await browser.post('/account/confirm', { purpose, response }))).proof;
}

/** Another device's passkey, on an authenticator of its own that joins the browser's. */
export async function addPasskey(browser: TestBrowser): Promise<string> {
  const proof = await confirm(browser, 'add-passkey');
  const begun = ok(await browser.post('/account/passkeys/options', { proof }));
  const { options } = json<{ options: PublicKeyCredentialCreationOptionsJSON }>(begun);
  const device = createAuthenticator({ origin: browser.origin });
  const response = device.create(options);
  ok(await browser.post('/account/passkeys', { response }));
  return response.id;
}

export async function signOut(browser: TestBrowser): Promise<void> {
  const { text } = ok(await browser.get('/session/end'));
  const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
  const { location } = ok(await browser.submit(action, { xsrf, logout: 'yes' }));
  ok(await browser.get(location ?? ''));
}
