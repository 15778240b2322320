/** For every library that is not named. */
import type { Recipe, Values } from './guide.ts';
import { shellWord } from './quote.ts';

export const anyLibrary: Recipe = {
  id: 'any-library',
  name: 'Any other library',
  about: 'What every OpenID Connect library asks for, as environment variables.',
  tested: true,
  fits: ({ kind }) => kind !== 'machine' && kind !== 'proxied',
  print: (values) => ({
    files: [{ name: 'oidc.env', language: 'shell', text: variables(values) }],
    steps: [
      'Endpoints are found by discovery: OIDC_ISSUER with /.well-known/openid-configuration after it.',
      'Use the authorization code flow with PKCE, S256, and a state. Know people by the claim sub: it never changes.',
    ],
  }),
};

function variables(values: Values): string {
  const { redirectUris, postLogoutRedirectUri } = values;
  const [redirectUri] = redirectUris;
  const named = {
    OIDC_ISSUER: values.issuer,
    OIDC_CLIENT_ID: values.clientId,
    ...(values.authentication.startsWith('client_secret_')
      ? { OIDC_CLIENT_SECRET: values.clientSecret }
      : {}),
    OIDC_TOKEN_ENDPOINT_AUTH_METHOD: values.authentication,
    OIDC_ID_TOKEN_SIGNED_RESPONSE_ALG: values.algorithm,
    OIDC_SCOPE: values.scopes.join(' '),
    ...(redirectUri === undefined ? {} : { OIDC_REDIRECT_URI: redirectUri }),
    ...(postLogoutRedirectUri === undefined ? {} : { OIDC_POST_LOGOUT_REDIRECT_URI: postLogoutRedirectUri }),
  };
  return Object.entries(named)
    .map(([name, value]) => `${name}=${shellWord(value)}\n`)
    .join('');
}
