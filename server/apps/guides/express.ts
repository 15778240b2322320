/** Express with express-openid-connect (npm). */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { secretSteps } from './openid-client-authentication.ts';
import { json } from './quote.ts';
import { callbackOf, missing } from './values.ts';

export const express: Recipe = {
  id: 'express',
  name: 'Express',
  about: 'Node.js with Express, by the middleware express-openid-connect.',
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(values, '/callback');
    return {
      files: [
        { name: 'oidc.json', language: 'json', text: json(settings(values)) },
        { name: 'app.mjs', language: 'javascript', text: app(callback.port) },
      ],
      steps: [
        'Install it: npm install express express-openid-connect',
        'Run it: node app.mjs. What is behind requiresAuth() asks people to sign in; /logout signs them out.',
        ...secretSteps(values),
      ],
      ...missing(callback),
    };
  },
};

/** The options of `auth()`. */
function settings(values: Values): object {
  const { origin, path } = callbackOf(values, '/callback');
  const { postLogoutRedirectUri: back } = values;
  return {
    issuerBaseURL: values.issuer,
    baseURL: origin,
    clientID: values.clientId,
    clientSecret: values.clientSecret,
    clientAuthMethod: values.authentication,
    idTokenSigningAlg: values.algorithm,
    secret: values.sessionSecret,
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: 'code', scope: values.scopes.join(' ') },
    routes: { callback: path, ...(back === undefined ? {} : { postLogoutRedirect: back }) },
  };
}

const app = (port: number) => `import express from 'express';
import openid from 'express-openid-connect';
import settings from './oidc.json' with { type: 'json' };

const { auth, requiresAuth } = openid;
const app = express();
// Whoever ends TLS before this says so in X-Forwarded-Proto.
app.set('trust proxy', 'loopback');
app.use(auth(settings));

app.get('/', requiresAuth(), async (request, response) => {
  response.json(await request.oidc.fetchUserInfo());
});

app.listen(${port});
`;
