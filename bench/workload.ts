import * as client from 'openid-client';
import { createSoftwareBrowser, type SoftwareBrowser } from '../e2e/software-browser.ts';
import type { SoftwareAuthenticator } from '../server/testing/authenticator.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { type Machine, opaqueResource } from './report-cpu.ts';

const redirectUri = 'http://localhost:3001/callback';

/** What is measured, in the order of the report. */
export const operations = [
  'login',
  'PAR + DPoP login',
  'refresh',
  'userinfo',
  'introspection',
  'client credentials (opaque)',
  'client credentials (JWT)',
  'JWKS',
] as const;
export type Operation = (typeof operations)[number];

/** One person at one server, doing one thing after the other. */
export type Lane = Record<Operation, () => Promise<void>>;

export interface Workplace {
  origin: string;
  authenticator: SoftwareAuthenticator;
  machine: Machine;
}

/** Makes the one account of a new server, with a passkey in software. */
export async function settle({ origin, setupLink, machine }: MeasuredProcess): Promise<Workplace> {
  if (!machine) throw new Error('there is no app that speaks for itself');
  const browser = createSoftwareBrowser(origin);
  await browser.enrol(setupLink, { name: 'Ada Lovelace', userName: 'ada' });
  return { origin, authenticator: browser.authenticator, machine };
}

/** The person signs in to the demo app once, and can then do everything. */
export async function createLane({ origin, authenticator, machine }: Workplace): Promise<Lane> {
  const browser = createSoftwareBrowser(origin, authenticator);
  const provider = await discover(origin);
  const speaker = await client.discovery(new URL(origin), machine.id, machine.secret, undefined, {
    execute: [client.allowInsecureRequests],
  });
  const bound = { DPoP: client.getDPoPHandle(provider, await client.randomDPoPKeyPair()) };
  const speak = (resource: string, scope: string) =>
    client.clientCredentialsGrant(speaker, { resource, scope });
  let tokens = await login(provider, browser);
  return {
    async login() {
      tokens = await login(provider, browser);
    },
    async 'PAR + DPoP login'() {
      await boundLogin(provider, browser, bound);
    },
    async refresh() {
      tokens = await client.refreshTokenGrant(provider, present(tokens.refresh_token));
    },
    async userinfo() {
      await client.fetchUserInfo(provider, tokens.access_token, client.skipSubjectCheck);
    },
    async introspection() {
      const { active } = await client.tokenIntrospection(provider, tokens.access_token);
      if (!active) throw new Error('the access token is not active');
    },
    async 'client credentials (opaque)'() {
      await speak(opaqueResource, 'read');
    },
    async 'client credentials (JWT)'() {
      await speak(`${origin}/api/v1`, 'people:read');
    },
    async JWKS() {
      const answer = await fetch(`${origin}/jwks`);
      if (!(await answer.text()).includes('"keys"')) throw new Error('there are no keys');
    },
  };
}

/** Five requests: authorization, its page, the passkey's answer, back to the app, token. */
async function login(provider: client.Configuration, browser: SoftwareBrowser) {
  browser.forgetCookies();
  const codeVerifier = client.randomPKCECodeVerifier();
  const answer = await browser.authorize(await requestAt(provider, codeVerifier));
  return client.authorizationCodeGrant(provider, answer, { pkceCodeVerifier: codeVerifier });
}

/** One request more: what is asked for is pushed before, and both that and the tokens are bound to a key. */
async function boundLogin(
  provider: client.Configuration,
  browser: SoftwareBrowser,
  bound: client.DPoPOptions,
) {
  browser.forgetCookies();
  const codeVerifier = client.randomPKCECodeVerifier();
  const request = await client.buildAuthorizationUrlWithPAR(provider, await asked(codeVerifier), bound);
  const answer = await browser.authorize(request);
  const checks = { pkceCodeVerifier: codeVerifier };
  const { token_type } = await client.authorizationCodeGrant(provider, answer, checks, undefined, bound);
  if (token_type !== 'dpop') throw new Error('the access token is not bound');
}

async function requestAt(provider: client.Configuration, codeVerifier: string): Promise<URL> {
  return client.buildAuthorizationUrl(provider, await asked(codeVerifier));
}

async function asked(codeVerifier: string) {
  return {
    redirect_uri: redirectUri,
    scope: 'openid profile email groups',
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
}

function discover(origin: string): Promise<client.Configuration> {
  return client.discovery(new URL(origin), 'demo', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
}

/** A sign-in of the demo app, as its beginning. */
export async function authorizationRequest(origin: string): Promise<URL> {
  return requestAt(await discover(origin), client.randomPKCECodeVerifier());
}

function present(token: string | undefined): string {
  if (!token) throw new Error('there is no refresh token');
  return token;
}
