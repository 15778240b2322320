/** oauth2-proxy, by itself or asked by nginx (`auth_request`). */
import { takesSecret } from '../app-secret.ts';
import type { GuideFile, Recipe, Values } from './guide.ts';
import { quoted } from './quote.ts';
import { type Callback, callbackOf, isLoopback, isPlain, missing } from './values.ts';

const about = 'Any app: people reach it only when they are signed in';
const secretStep = 'Let nobody but oauth2-proxy read oauth2-proxy.cfg: it holds the secret.';

export const oauth2Proxy: Recipe = {
  id: 'oauth2-proxy',
  name: 'oauth2-proxy',
  about: `${about}, and it reads who they are from headers.`,
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = proxyCallback(values);
    const upstream = [
      '# Where your app listens.',
      'upstreams = ["http://127.0.0.1:8080"]',
      'pass_user_headers = true',
    ];
    return {
      files: [configuration(values, callback, [`http_address = "127.0.0.1:${callback.port}"`, ...upstream])],
      steps: [
        'Put the address of your app into upstreams.',
        'Run it: oauth2-proxy --config oauth2-proxy.cfg',
        'The app reads X-Forwarded-User, which is the claim sub, X-Forwarded-Preferred-Username and X-Forwarded-Groups.',
        signOutStep(values, callback),
        secretStep,
      ],
      ...missing(callback),
    };
  },
};

export const nginx: Recipe = {
  id: 'nginx',
  name: 'nginx with oauth2-proxy',
  about: `${about}, which nginx asks oauth2-proxy.`,
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = proxyCallback(values);
    return {
      files: [
        configuration(values, callback, [
          'http_address = "127.0.0.1:4180"',
          'upstreams = ["static://202"]',
          'set_xauthrequest = true',
        ]),
        { name: 'nginx.conf', language: 'nginx', text: site(callback) },
      ],
      steps: [
        'Run oauth2-proxy: oauth2-proxy --config oauth2-proxy.cfg',
        'Put nginx.conf into /etc/nginx/conf.d, with your certificate, and the address of your app where it says 8080.',
        'The app reads X-User, which is the claim sub, X-Preferred-Username and X-Groups.',
        signOutStep(values, callback),
        secretStep,
      ],
      ...missing(callback),
    };
  },
};

/** oauth2-proxy comes back to `PREFIX/callback`. */
function proxyCallback(values: Values): Callback {
  return callbackOf(values, '/oauth2/callback', (path) => isPlain(path) && /.\/callback$/.test(path));
}

function prefix({ path }: Callback): string {
  return path.replace(/\/callback$/, '');
}

function signOutStep({ issuer, clientId, postLogoutRedirectUri }: Values, callback: Callback): string {
  const end = new URL(`${issuer}/session/end`);
  end.searchParams.set('client_id', clientId);
  if (postLogoutRedirectUri) end.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri);
  return `Sign people out by a link to ${prefix(callback)}/sign_out?rd=${encodeURIComponent(end.href)}`;
}

function configuration(values: Values, callback: Callback, where: readonly string[]): GuideFile {
  const settings = [
    'provider = "oidc"',
    `oidc_issuer_url = ${quoted(values.issuer)}`,
    `client_id = ${quoted(values.clientId)}`,
    `client_secret = ${quoted(values.clientSecret)}`,
    `redirect_url = ${quoted(callback.uri)}`,
    `proxy_prefix = ${quoted(prefix(callback))}`,
    `scope = ${quoted(values.scopes.join(' '))}`,
    'code_challenge_method = "S256"',
    `oidc_enabled_signing_algs = [${quoted(values.algorithm)}]`,
    '# Known by a name that never changes; nobody has verified e-mail addresses.',
    'oidc_email_claim = "sub"',
    'oidc_groups_claim = "groups"',
    'email_domains = ["*"]',
    'skip_provider_button = true',
    `cookie_secret = ${quoted(values.sessionSecret)}`,
    `cookie_secure = ${callback.uri.startsWith('https:')}`,
    '# Where people may be sent after signing out.',
    `whitelist_domains = [${quoted(new URL(values.issuer).host)}]`,
    'reverse_proxy = true',
    ...where,
  ];
  return { name: 'oauth2-proxy.cfg', language: 'toml', text: `${settings.join('\n')}\n` };
}

function site(callback: Callback): string {
  const { hostname, protocol } = new URL(callback.origin);
  const listen =
    protocol === 'http:' && isLoopback(hostname)
      ? [`listen 127.0.0.1:${callback.port};`]
      : [
          'listen 443 ssl;',
          'ssl_certificate /etc/nginx/certificate.pem;',
          'ssl_certificate_key /etc/nginx/certificate-key.pem;',
        ];
  return `server {
    ${listen.join('\n    ')}
    server_name ${hostname};

    location ${prefix(callback)}/ {
        proxy_pass http://127.0.0.1:4180;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
    }

    location = ${prefix(callback)}/auth {
        internal;
        proxy_pass http://127.0.0.1:4180;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Uri $request_uri;
        proxy_set_header Content-Length "";
        proxy_pass_request_body off;
    }

    location / {
        auth_request ${prefix(callback)}/auth;
        error_page 401 = @sign_in;
        auth_request_set $user $upstream_http_x_auth_request_user;
        auth_request_set $name $upstream_http_x_auth_request_preferred_username;
        auth_request_set $groups $upstream_http_x_auth_request_groups;
        # Set here, so that nobody outside can.
        proxy_set_header X-User $user;
        proxy_set_header X-Preferred-Username $name;
        proxy_set_header X-Groups $groups;
        proxy_set_header Host $http_host;
        proxy_pass http://127.0.0.1:8080;
    }

    location @sign_in {
        rewrite ^ ${prefix(callback)}/start? break;
        proxy_pass http://127.0.0.1:4180;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        # Where people are sent back to.
        proxy_set_header X-Auth-Request-Redirect $request_uri;
    }
}
`;
}
