/** What modules of the OpenID conformance suite have in common: two apps, a browser, and an ID token that is verified. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Plan, Tried } from '../oidc/conformance/plan.ts';
import type { AppUnderTest, Parameters, Tokens } from './app-under-test.ts';
import type { TestBrowser } from './browser.ts';

/** Each module of the plan as a test of its name. */
export function tryPlan<P extends Plan>({ name, modules }: P, tried: Tried<P>): void {
  describe(name, () => {
    for (const [module, expected] of Object.entries(modules))
      it(`${module}: ${typeof expected === 'string' ? expected : expected.outcome}`, () =>
        (tried as Record<string, () => Promise<void>>)[module]?.());
  });
}

/** The suite sends no PKCE. */
export const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined };

export interface Signed {
  tokens: Tokens;
  claims: Record<string, unknown>;
}

/** From the request to an ID token that is right: signature, issuer, audience, nonce (OIDC Core §3.1.3.7). */
export async function signIn(
  app: AppUnderTest,
  browser: TestBrowser,
  parameters: Parameters = {},
): Promise<Signed> {
  const nonce = 'nonce' in parameters ? parameters.nonce : 'a nonce';
  const code = await app.code(browser, { ...withoutPkce, nonce, ...parameters });
  const { status, body } = await app.redeem(code, { code_verifier: undefined });
  assert.equal(status, 200, JSON.stringify(body));
  const tokens = body as unknown as Tokens;
  const issuer = browser.origin;
  const keys = createRemoteJWKSet(new URL('/jwks', issuer));
  const { payload } = await jwtVerify(tokens.id_token, keys, { issuer, audience: app.id });
  assert.equal(payload.nonce, nonce);
  return { tokens, claims: payload };
}

/** The error that the app is told, at its own address. */
export async function refusal(
  app: AppUnderTest,
  browser: TestBrowser,
  parameters: Parameters,
): Promise<string | null> {
  const url = app.authorizationUrl({ ...withoutPkce, nonce: 'a nonce', ...parameters });
  const { location, text } = await browser.follow(url);
  assert.ok(location?.startsWith(app.redirectUri), `${location} ${text.slice(0, 300)}`);
  const { search, hash } = new URL(location ?? '');
  // Of some response types it comes behind the # (OAuth 2.0 Multiple Response Types §5).
  const answer = new URLSearchParams(hash ? hash.slice(1) : search);
  assert.equal(answer.get('iss'), browser.origin);
  return answer.get('error');
}

/** What discovery says. */
export async function metadataOf(origin: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${origin}/.well-known/openid-configuration`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Record<string, unknown>;
}
