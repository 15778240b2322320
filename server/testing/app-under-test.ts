/** An app that may send anything: requests by hand, where openid-client would refuse to make them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { NewApp } from '../apps/validation.ts';
import type { Answer, TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { authorize } from './journeys.ts';

/** Parameters to replace; `undefined` leaves one out. */
export type Parameters = Record<string, string | undefined>;

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
}

export interface AppUnderTest {
  readonly id: string;
  readonly secret: string | undefined;
  readonly redirectUri: string;
  readonly verifier: string;
  authorizationUrl(parameters?: Parameters): string;
  /** What comes back from the authorization endpoint, with sign-in and consent on the way. */
  answerOf(browser: TestBrowser, parameters?: Parameters): Promise<URLSearchParams>;
  code(browser: TestBrowser, parameters?: Parameters): Promise<string>;
  redeem(code: string, fields?: Parameters): Promise<TokenAnswer>;
  refresh(refreshToken: string, fields?: Parameters): Promise<TokenAnswer>;
  /** The whole flow. */
  tokens(browser: TestBrowser, parameters?: Parameters): Promise<Tokens>;
  /** A form with this app's authentication, to one of the endpoints. */
  post(path: string, fields: Parameters, headers?: Record<string, string>): Promise<TokenAnswer>;
  userInfo(accessToken: string): Promise<TokenAnswer>;
}

export const redirectUri = 'https://notes.example.com/callback';

/** Registers an app; a browser app with one redirect address unless `input` says otherwise. */
export async function addApp(
  { administration, origin }: Pick<TestInstallation, 'administration' | 'origin'>,
  input: Partial<NewApp> = {},
): Promise<AppUnderTest> {
  const { app, secret } = await administration.apps.add({
    name: 'Notes',
    kind: 'browser',
    redirectUris: [redirectUri],
    ...input,
  });
  return appUnderTest(origin, { id: app.id, secret, redirectUri: app.redirectUris[0] ?? '' });
}

export function appUnderTest(
  origin: string,
  { id, secret, redirectUri: address }: Pick<AppUnderTest, 'id' | 'secret' | 'redirectUri'>,
): AppUnderTest {
  const verifier = 'a-verifier-that-is-long-enough-for-rfc-7636-4.1';
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const app: AppUnderTest = {
    id,
    secret,
    redirectUri: address,
    verifier,
    authorizationUrl: (parameters = {}) =>
      `${origin}/auth?${query({
        client_id: id,
        response_type: 'code',
        redirect_uri: address,
        scope: 'openid',
        state: 'a state',
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        ...parameters,
      })}`,
    async answerOf(browser, parameters) {
      return (await authorize(browser, app.authorizationUrl(parameters))).searchParams;
    },
    async code(browser, parameters) {
      const answer = await app.answerOf(browser, parameters);
      const code = answer.get('code');
      assert.ok(code, String(answer));
      return code;
    },
    redeem: (code, fields = {}) =>
      app.post('/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: address,
        code_verifier: verifier,
        ...fields,
      }),
    refresh: (refreshToken, fields = {}) =>
      app.post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken, ...fields }),
    async tokens(browser, parameters) {
      const { status, body } = await app.redeem(await app.code(browser, parameters));
      assert.equal(status, 200, JSON.stringify(body));
      return body as unknown as Tokens;
    },
    post: (path, fields, headers = {}) =>
      send(`${origin}${path}`, {
        method: 'POST',
        headers: { ...authentication(id, secret), ...headers },
        body: query({ ...(secret ? {} : { client_id: id }), ...fields }),
      }),
    userInfo: (accessToken) => send(`${origin}/me`, { headers: { authorization: `Bearer ${accessToken}` } }),
  };
  return app;
}

function authentication(id: string, secret: string | undefined): Record<string, string> {
  return secret ? { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` } : {};
}

function query(parameters: Parameters): URLSearchParams {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given);
}

async function send(url: string, init: RequestInit): Promise<TokenAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? JSON.parse(text) : { text },
  };
}

/** Refused by the token endpoint with this error and nothing else given. */
export function assertRefused({ status, body }: TokenAnswer, error: string): void {
  assert.equal(status, error === 'invalid_client' ? 401 : 400, JSON.stringify(body));
  assert.equal(body.error, error);
  assert.equal(body.access_token, undefined);
}

/** A page with an error, and no way to the app. */
export function assertErrorPage(answer: Answer, status = 400): void {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  assert.match(answer.headers.get('content-type') ?? '', /text\/html/);
  assert.equal(answer.headers.get('location'), null);
}

/** What a JWT says, unverified. */
export function payloadOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
}
