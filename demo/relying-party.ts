import * as client from 'openid-client';
import { createLogoutTokenCheck, type LoggedOut } from './logout-token.ts';
import { askingFor, type Wanted } from './step-up.ts';

/** What has to be remembered between sending a person away and their coming back. */
export interface SignInRequest {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** What was asked of the sign-in, and where the person goes on after it. */
  wanted?: Wanted;
  returnTo?: string;
}

/** What a finished sign-in left in the app's hands. */
export interface SignedIn {
  idToken: string;
  claims: Claims;
  userInfo: Claims;
  accessToken: string;
  accessTokenExpiresAt: number;
  refreshToken?: string;
  /** How often the tokens were renewed. */
  refreshed: number;
}

export type Claims = Readonly<Record<string, unknown>>;
type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

export interface RelyingParty {
  beginSignIn(
    asked?: Pick<SignInRequest, 'wanted' | 'returnTo'>,
  ): Promise<{ request: SignInRequest; url: URL }>;
  /** @throws the errors of openid-client: a refusal by the provider, or an answer that does not check out */
  finishSignIn(answer: URL, request: SignInRequest, now: number): Promise<SignedIn>;
  refresh(signedIn: SignedIn, now: number): Promise<SignedIn>;
  /** Asks a resource server in the person's name. @throws the errors of openid-client */
  fetch(signedIn: SignedIn, url: URL): Promise<unknown>;
  /** Where the browser goes to sign out of the provider too (OpenID Connect RP-Initiated Logout 1.0). */
  signOutUrl(signedIn: SignedIn): Promise<URL>;
  /** Whom a logout token means. @throws Error for anything but one for this app, that did not come before */
  loggedOutBy(token: string): Promise<LoggedOut>;
}

export interface RelyingPartyOptions {
  issuer: string;
  /** Where this app is, such as `http://localhost:3001`. */
  origin: string;
  clientId: string;
}

/** The protocol side of the app: a public client with PKCE, `state` and `nonce`. Finds the provider when it is first needed. */
export function createRelyingParty({ issuer, origin, clientId }: RelyingPartyOptions): RelyingParty {
  const provider = rememberSuccess(() => discover(issuer, clientId));
  const logoutTokens = rememberSuccess(async () => {
    const { jwks_uri: keys = '' } = (await provider()).serverMetadata();
    return createLogoutTokenCheck({ issuer, clientId, keys });
  });
  return {
    async beginSignIn(asked = {}) {
      const request = {
        ...asked,
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: `${origin}/callback`,
        // Without offline_access the refresh token ends with the session at the provider.
        scope: 'openid profile email groups',
        state: request.state,
        nonce: request.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
        ...(asked.wanted && askingFor(asked.wanted)),
      });
      return { request, url };
    },

    async finishSignIn(answer, request, now) {
      const tokens = await client.authorizationCodeGrant(await provider(), answer, {
        expectedState: request.state,
        expectedNonce: request.nonce,
        pkceCodeVerifier: request.codeVerifier,
        idTokenExpected: true,
        ...(request.wanted?.maxAge !== undefined && { maxAge: request.wanted.maxAge }),
      });
      return signedInBy(await provider(), tokens, now);
    },

    async refresh(signedIn, now) {
      if (!signedIn.refreshToken) throw new Error('the provider gave no refresh token');
      const tokens = await client.refreshTokenGrant(await provider(), signedIn.refreshToken);
      return {
        ...signedIn,
        ...(await signedInBy(await provider(), tokens, now)),
        refreshed: signedIn.refreshed + 1,
      };
    },

    async fetch({ accessToken }, url) {
      const answer = await client.fetchProtectedResource(await provider(), accessToken, url, 'GET');
      return answer.json();
    },

    async signOutUrl({ idToken }) {
      return client.buildEndSessionUrl(await provider(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${origin}/`,
      });
    },

    loggedOutBy: async (token) => (await logoutTokens())(token),
  };
}

async function signedInBy(provider: client.Configuration, tokens: Tokens, now: number): Promise<SignedIn> {
  const claims = tokens.claims();
  if (!claims || !tokens.id_token) throw new Error('the provider gave no ID token');
  return {
    idToken: tokens.id_token,
    claims: { ...claims },
    userInfo: await client.fetchUserInfo(provider, tokens.access_token, claims.sub),
    accessToken: tokens.access_token,
    accessTokenExpiresAt: now + (tokens.expires_in ?? 0) * 1000,
    ...(tokens.refresh_token && { refreshToken: tokens.refresh_token }),
    refreshed: 0,
  };
}

export function discover(issuer: string, clientId: string): Promise<client.Configuration> {
  const url = new URL(issuer);
  return client.discovery(url, clientId, undefined, client.None(), {
    // Plain http is for a provider on this machine alone.
    execute: url.hostname === 'localhost' ? [client.allowInsecureRequests] : [],
  });
}

/** Calls until it worked once. */
export function rememberSuccess<T>(call: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= call().catch((error) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}
