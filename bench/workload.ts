import * as client from 'openid-client';
import { createSoftwareBrowser, type SoftwareBrowser } from '../e2e/software-browser.ts';
import type { SoftwareAuthenticator } from '../server/testing/authenticator.ts';

const redirectUri = 'http://localhost:3001/callback';

/** What is measured, in the order of the report. */
export const operations = ['login', 'refresh', 'userinfo', 'introspection'] as const;
export type Operation = (typeof operations)[number];

/** One person at one server, doing one thing after the other. */
export type Lane = Record<Operation, () => Promise<void>>;

export interface Workplace {
  origin: string;
  authenticator: SoftwareAuthenticator;
}

/** Makes the one account of a new server, with a passkey in software. */
export async function settle(origin: string, setupLink: string): Promise<Workplace> {
  const browser = createSoftwareBrowser(origin);
  await browser.enrol(setupLink, { name: 'Ada Lovelace', userName: 'ada' });
  return { origin, authenticator: browser.authenticator };
}

/** @param settings of the app that the person signs in to */
export async function createLane({ origin, authenticator }: Workplace): Promise<Lane> {
  const browser = createSoftwareBrowser(origin, authenticator);
  const provider = await client.discovery(new URL(origin), 'demo', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  let tokens = await login(provider, browser);
  return {
    async login() {
      tokens = await login(provider, browser);
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
  };
}

/** Five requests: authorization, its page, the passkey's answer, back to the app, token. */
async function login(provider: client.Configuration, browser: SoftwareBrowser) {
  browser.forgetCookies();
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const answer = await browser.authorize(
    client.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: 'openid profile email groups',
      state,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    }),
  );
  return client.authorizationCodeGrant(provider, answer, {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
  });
}

function present(token: string | undefined): string {
  if (!token) throw new Error('there is no refresh token');
  return token;
}
