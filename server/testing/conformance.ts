/** What modules of the OpenID conformance suite have in common: two apps, a browser, and an ID token that is verified. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Only, Plan, Tried } from '../oidc/conformance/plan.ts';
import type { AppUnderTest, Parameters, Tokens } from './app-under-test.ts';
import type { Answer, TestBrowser } from './browser.ts';
import { arrive } from './journeys.ts';

/** Each module of the plan as a test of its name, in the variant that runs `parts`. */
export function tryPlan<P extends Plan>(
  { name, modules }: P,
  tried: Tried<P>,
  { variant, parts = [] }: { variant?: string; parts?: readonly Only[] } = {},
): void {
  describe(variant ? `${name}, ${variant}` : name, () => {
    for (const [module, expected] of Object.entries(modules)) {
      const { outcome, only } = typeof expected === 'string' ? { outcome: expected } : expected;
      if (!only || parts.includes(only))
        it(
          `${module}: ${outcome}`,
          (tried as Record<string, () => Promise<void>>)[module] ?? assert.fail(module),
        );
    }
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
  const answer = await answerTo(app, browser, { nonce, ...parameters });
  const code = answer.get('code') ?? assert.fail(String(answer));
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
  return (await answerTo(app, browser, { nonce: 'a nonce', ...parameters })).get('error');
}

/** What the app is told at its own address, in the response mode that it asked for. */
export async function answerTo(app: AppUnderTest, browser: TestBrowser, parameters: Parameters) {
  const url = app.authorizationUrl({ ...withoutPkce, ...parameters });
  const answer = toldApp(app, await arrive(browser, url), parameters.response_mode);
  assert.equal(answer.get('iss'), browser.origin);
  return answer;
}

/** Read from the address that a browser is sent to, or from the form that it posts there (form_post). */
export function toldApp(
  { redirectUri }: Pick<AppUnderTest, 'redirectUri'>,
  { location, text }: Pick<Answer, 'location' | 'text'>,
  mode?: string,
): URLSearchParams {
  if (mode === 'form_post') {
    const [, action, inputs = ''] =
      /<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/.exec(text) ?? [];
    assert.equal(action, redirectUri, text.slice(0, 300));
    const fields = [...inputs.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
    return new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
  }
  assert.ok(location?.startsWith(redirectUri), `${location} ${text.slice(0, 300)}`);
  const { search, hash } = new URL(location ?? '');
  // Of some response types it comes behind the # (OAuth 2.0 Multiple Response Types §5).
  return new URLSearchParams(hash ? hash.slice(1) : search);
}

/** What discovery says. */
export async function metadataOf(origin: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${origin}/.well-known/openid-configuration`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Record<string, unknown>;
}
