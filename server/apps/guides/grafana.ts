/** Grafana's generic OAuth, by the keys of its conf/defaults.ini. */
import { takesSecret } from '../app-secret.ts';
import { endpointsOf } from './endpoints.ts';
import type { Recipe, Values } from './guide.ts';
import { grafanaValue } from './quote.ts';
import { type Callback, callbackOf, missing } from './values.ts';

const path = '/login/generic_oauth';

export const grafana: Recipe = {
  id: 'grafana',
  name: 'Grafana',
  about: 'Dashboards: a role in Grafana for each group here.',
  tested: false,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  // Grafana replaces ${…}, $__env{…} and %(…)s wherever they stand, and has no way to say that they are meant.
  unwritable: /\$\{|\$__|%\(|"""|`/,
  print(values) {
    const callback = callbackOf(values, path, (own) => own.endsWith(path));
    return {
      files: [{ name: 'grafana.ini', language: 'ini', text: settings(values, callback) }],
      steps: [
        'Put these sections into grafana.ini, and restart Grafana.',
        'Roles: write your own groups into role_attribute_path.',
        'Keep the secret out of your repository: Grafana reads GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET too.',
      ],
      ...missing(callback),
    };
  },
};

function settings(values: Values, { uri }: Callback): string {
  const { authorization, token, userinfo } = endpointsOf(values.issuer);
  return `[server]
root_url = ${grafanaValue(uri.slice(0, -path.length + 1))}

[auth]
signout_redirect_url = ${grafanaValue(signOutUrl(values))}

[auth.generic_oauth]
enabled = true
name = Latchkey
allow_sign_up = true
client_id = ${grafanaValue(values.clientId)}
client_secret = ${grafanaValue(values.clientSecret)}
auth_style = ${values.authentication === 'client_secret_post' ? 'InParams' : 'InHeader'}
scopes = ${values.scopes.join(' ')}
use_pkce = true
auth_url = ${grafanaValue(authorization)}
token_url = ${grafanaValue(token)}
api_url = ${grafanaValue(userinfo)}
login_attribute_path = preferred_username
name_attribute_path = name
email_attribute_path = email
groups_attribute_path = groups
role_attribute_path = contains(groups[*], 'admins') && 'Admin' || contains(groups[*], 'editors') && 'Editor' || 'Viewer'
`;
}

function signOutUrl({ issuer, clientId, postLogoutRedirectUri }: Values): string {
  const url = new URL(endpointsOf(issuer).endSession);
  url.searchParams.set('client_id', clientId);
  if (postLogoutRedirectUri) url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri);
  return url.href;
}
