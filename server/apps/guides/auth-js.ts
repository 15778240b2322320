/** Auth.js with Express (npm, `@auth/express`). */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { secretSteps } from './openid-client-authentication.ts';
import { json } from './quote.ts';
import { type Callback, callbackOf, isPlain, missing } from './values.ts';

/** Auth.js comes back to `BASE/callback/ID`. */
const callbackPath = /^(\/[\w./~-]+)\/callback\/([\w-]+)$/;

export const authJs: Recipe = {
  id: 'auth-js',
  name: 'Auth.js',
  about: 'Auth.js, here with Express; the provider entry is the same for Next.js and SvelteKit.',
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(
      values,
      '/auth/callback/latchkey',
      (path) => isPlain(path) && callbackPath.test(path),
    );
    return {
      files: [
        { name: 'oidc.json', language: 'json', text: json(settings(values, callback)) },
        { name: 'app.mjs', language: 'javascript', text: app(callback) },
      ],
      steps: [
        'Install it: npm install express @auth/express',
        `Run it: node app.mjs. People sign in at ${base(callback)}/signin and out at ${base(callback)}/signout.`,
        'Signing out of Auth.js ends its own session; that at the provider goes on.',
        ...secretSteps(values),
      ],
      ...missing(callback),
    };
  },
};

function base({ path }: Callback): string {
  return path.replace(callbackPath, '$1');
}

/** One of Auth.js's providers, and the secret of its cookies. */
function settings(values: Values, { path }: Callback): object {
  return {
    provider: {
      id: path.replace(callbackPath, '$2'),
      name: 'Latchkey',
      type: 'oidc',
      issuer: values.issuer,
      clientId: values.clientId,
      clientSecret: values.clientSecret,
      client: {
        token_endpoint_auth_method: values.authentication,
        id_token_signed_response_alg: values.algorithm,
      },
      checks: ['pkce', 'state', 'nonce'],
      // Names and addresses are told by userinfo.
      idToken: false,
      authorization: { params: { scope: values.scopes.join(' ') } },
    },
    secret: values.sessionSecret,
  };
}

const app = (callback: Callback) => `import { ExpressAuth, getSession } from '@auth/express';
import express from 'express';
import settings from './oidc.json' with { type: 'json' };

const auth = {
  basePath: '${base(callback)}',
  providers: [settings.provider],
  secret: settings.secret,
  trustHost: true,
  callbacks: {
    // Know people by the claim sub: it never changes.
    jwt: ({ token, profile }) => (profile ? { ...token, sub: profile.sub } : token),
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
};
const app = express();
// Whoever ends TLS before this says so in X-Forwarded-Proto.
app.set('trust proxy', 'loopback');
app.use('${base(callback)}', ExpressAuth(auth));

app.get('/', async (request, response) => {
  const session = await getSession(request, auth);
  if (session) response.json(session.user);
  else response.redirect('${base(callback)}/signin');
});

app.listen(${callback.port});
`;
