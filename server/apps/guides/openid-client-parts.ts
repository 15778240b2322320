/** What the scripts on openid-client have in common. */
import { takesSecret } from '../app-secret.ts';
import type { GuideFile, Values } from './guide.ts';
import { authenticationOf } from './openid-client-authentication.ts';
import { json } from './quote.ts';

export const installOpenidClient = 'Install it: npm install openid-client';

export function script(name: string, text: string): GuideFile {
  return { name, language: 'javascript', text };
}

/** What a script reads as `settings`. */
export function settingsOf(values: Values, redirectUri?: string): Record<string, string> {
  const { issuer, clientId, clientSecret, algorithm, postLogoutRedirectUri, scopes } = values;
  return {
    issuer,
    clientId,
    ...(takesSecret({ tokenEndpointAuthMethod: values.authentication }) ? { clientSecret } : {}),
    idTokenAlgorithm: algorithm,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(redirectUri === undefined ? {} : { redirectUri }),
    ...(postLogoutRedirectUri === undefined ? {} : { postLogoutRedirectUri }),
    ...(values.api ? { scope: values.api.scopes.join(' '), resource: values.api.resource } : {}),
  };
}

export function settingsFile(values: Values, redirectUri?: string): GuideFile {
  return { name: 'oidc.json', language: 'json', text: json(settingsOf(values, redirectUri)) };
}

const settingsImport = "import settings from './oidc.json' with { type: 'json' };\n";

/** @param settings the code that brings `settings` */
export function discovery(values: Values, settings = settingsImport): string {
  const { expression, imports, preparation } = authenticationOf(values);
  return `import * as client from 'openid-client';
${settings}${imports}
const issuer = new URL(settings.issuer);
${preparation}const config = await client.discovery(
  issuer,
  settings.clientId,
  { id_token_signed_response_alg: settings.idTokenAlgorithm },
  ${expression},
  // Plain http is for a provider on this machine alone.
  { execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [] },
);
`;
}

/** Makes `checks` and `url`. @param redirectUri an expression */
export function authorizationUrl(redirectUri: string): string {
  return `  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: ${redirectUri},
    scope: settings.scope,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });`;
}

/** From the address that was come back to, an expression, to `tokens` and `person`. */
export function finish(callback: string): string {
  return `  const tokens = await client.authorizationCodeGrant(config, ${callback}, {
    ...checks,
    idTokenExpected: true,
  });
  const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);`;
}

export function signOutUrl({ postLogoutRedirectUri }: Values): string {
  const back =
    postLogoutRedirectUri === undefined
      ? ''
      : '\n    post_logout_redirect_uri: settings.postLogoutRedirectUri,';
  return `/** Where to send a person who signs out. */
export function signOutUrl(idToken) {
  return client.buildEndSessionUrl(config, {
    id_token_hint: idToken,${back}
  });
}
`;
}
