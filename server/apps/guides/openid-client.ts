/** openid-client (npm) on a server, which keeps a secret. */
import type { Recipe, Values } from './guide.ts';
import { secretSteps } from './openid-client-authentication.ts';
import {
  authorizationUrl,
  discovery,
  finish,
  installOpenidClient,
  script,
  settingsFile,
  signOutUrl,
} from './openid-client-parts.ts';
import { callbackOf, missing } from './values.ts';

export const openidClient: Recipe = {
  id: 'openid-client',
  name: 'openid-client',
  about: 'Node.js with any web framework: three functions to call from your routes.',
  tested: true,
  fits: (app) => app.kind === 'web' && app.tokenEndpointAuthMethod !== 'none',
  print(values) {
    const callback = callbackOf(values, '/callback', () => true);
    return {
      files: [settingsFile(values, callback.uri), script('sign-in.mjs', webScript(values))],
      steps: [
        installOpenidClient,
        'Call startSignIn() where people sign in: keep its checks in their session and redirect them to its url.',
        'Call finishSignIn() where the redirect address leads. Know people by person.sub: it never changes.',
        'When somebody signs out, end your own session and redirect them to signOutUrl().',
        ...secretSteps(values),
      ],
      ...missing(callback),
    };
  },
};

const webScript = (values: Values) => `${discovery(values)}
/** Keep \`checks\` in the person's session, and redirect them to \`url\`. */
export async function startSignIn() {
${authorizationUrl('settings.redirectUri')}
  return { url, checks };
}

/** For the request that comes back: \`search\` is its query string, with the question mark. */
export async function finishSignIn(search, checks) {
  const url = new URL(settings.redirectUri);
  url.search = search;
${finish('url')}
  return { person, idToken: tokens.id_token };
}

${signOutUrl(values)}`;

export const openidClientMachine: Recipe = {
  id: 'openid-client-machine',
  name: 'openid-client',
  about: 'A service on Node.js that gets tokens of its own.',
  tested: true,
  fits: (app) => app.kind === 'machine' && app.tokenEndpointAuthMethod !== 'none',
  print: (values) => ({
    files: [settingsFile(values), script('token.mjs', machineScript(values))],
    steps: [
      installOpenidClient,
      'Call accessToken() before each request: it gets another one when the last is about to expire.',
      ...secretSteps(values),
    ],
  }),
};

const machineScript = (values: Values) => `${discovery(values)}
let tokens;
let until = 0;

export async function accessToken() {
  if (Date.now() > until) {
    tokens = await client.clientCredentialsGrant(config${values.api ? ', { scope: settings.scope, resource: settings.resource }' : ''});
    until = Date.now() + (tokens.expires_in - 30) * 1000;
  }
  return tokens.access_token;
}
`;
