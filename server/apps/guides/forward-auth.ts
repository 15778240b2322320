/** Gateways that ask who is there before each request: nginx and Caddy. For sites that know nothing of OpenID Connect. */
import { identityHeaders } from '../../site-paths.ts';
import type { GuidedApp, Recipe, Values } from './guide.ts';
import { isLoopback } from './values.ts';

export const isSite = (app: GuidedApp): boolean => app.forwardAuth !== undefined;

/** Where Latchkey itself listens, and where the app does: to be put in by whoever copies. */
export const latchkeyAddress = '127.0.0.1:3000';
export const appAddress = '127.0.0.1:8080';

export const aboutSite =
  'Any app that knows nothing of OpenID Connect: people reach it only when they are signed in';

export function siteSteps(values: Values): string[] {
  const [origin = ''] = values.origins;
  return [
    `Put the address where Latchkey itself listens where it says ${latchkeyAddress}, and that of your app where it says ${appAddress}. Nobody but the gateway may reach either past it.`,
    'Put the address of the gateway into LATCHKEY_TRUSTED_PROXIES: nobody else is answered.',
    `The app verifies the header Latchkey-Assertion: a JWT signed with ES256 by a key of ${values.issuer}/jwks, from ${values.issuer} for ${origin}, good for 60 seconds.`,
    ...(values.plainHeaders
      ? [
          'One that cannot reads Remote-User, Remote-Name, Remote-Email and Remote-Groups, which are empty where there is nothing to tell.',
        ]
      : []),
    'Sign people out by a link to /.latchkey/sign-out.',
  ];
}

/** Of a site on this machine, to try it: the gateway listens where it is. */
export function listensLocally(values: Values): URL | undefined {
  const [origin = 'https://app.example.com'] = values.origins;
  const url = new URL(origin);
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : undefined;
}

export const hostsOf = ({ origins }: Values): string[] => origins.map((origin) => new URL(origin).hostname);

export const siteNginx: Recipe = {
  id: 'forward-auth-nginx',
  name: 'nginx (auth_request)',
  about: `${aboutSite}, which nginx asks Latchkey.`,
  tested: true,
  fits: isSite,
  print: (values) => ({
    files: [{ name: 'nginx.conf', language: 'nginx', text: nginxSite(values) }],
    steps: ['Put nginx.conf into /etc/nginx/conf.d, with your certificate.', ...siteSteps(values)],
  }),
};

function nginxSite(values: Values): string {
  const { listen, hosts } = nginxListens(values);
  const field = (name: string) => name.toLowerCase().replaceAll('-', '_');
  // nginx has a variable remote_user of its own.
  const variable = (name: string) => `$told_${field(name)}`;
  const take = identityHeaders.map(
    (name) => `auth_request_set ${variable(name)} $upstream_http_${field(name)};`,
  );
  const give = identityHeaders.map((name) => `proxy_set_header ${name} ${variable(name)};`);
  return `server {
    ${listen.join('\n    ')}
    server_name ${hosts.join(' ')};

    # nginx comes here for other hosts too, and Latchkey judges by the one that it is told.
    if ($http_host !~* "^(${hosts.map(literally).join('|')})(:[0-9]+)?$") { return 421; }

    # Sign-in and sign-out, on the origin of the site.
    location /.latchkey/ {
        proxy_pass http://${latchkeyAddress};
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
    }

    location = /.latchkey/ask {
        internal;
        proxy_pass http://${latchkeyAddress}/forward-auth/auth-request;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
    }

    location / {
        auth_request /.latchkey/ask;
        error_page 401 403 = @latchkey;
        ${take.join('\n        ')}
        # All of them each time, so that nobody outside can set one.
        ${give.join('\n        ')}
        proxy_set_header Host $http_host;
        proxy_pass http://${appAddress};
    }

    # Whoever is not let in gets Latchkey's own answer: a way to sign in, or the reason.
    location @latchkey {
        rewrite ^ /forward-auth? break;
        proxy_method GET;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Method $request_method;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-Uri $request_uri;
        proxy_pass http://${latchkeyAddress};
    }
}
`;
}

function nginxListens(values: Values): { listen: string[]; hosts: string[] } {
  const local = listensLocally(values);
  if (local) return { listen: [`listen ${local.hostname}:${local.port || 80};`], hosts: [local.hostname] };
  const certificate = ['certificate /etc/nginx/certificate', 'certificate_key /etc/nginx/certificate-key'];
  return {
    listen: ['listen 443 ssl;', ...certificate.map((file) => `ssl_${file}.pem;`)],
    hosts: hostsOf(values),
  };
}

/** In a regular expression of nginx. */
const literally = (host: string): string => host.replaceAll(/[.[\]]/g, '\\$&');

export const siteCaddy: Recipe = {
  id: 'forward-auth-caddy',
  name: 'Caddy (forward_auth)',
  about: `${aboutSite}, which Caddy asks Latchkey.`,
  tested: true,
  fits: isSite,
  print: (values) => ({
    files: [{ name: 'Caddyfile', language: 'caddyfile', text: caddySite(values) }],
    steps: ['Put it into your Caddyfile.', ...siteSteps(values)],
  }),
};

function caddySite(values: Values): string {
  const local = listensLocally(values);
  return `${local ? local.origin : values.origins.join(', ')} {
	# Sign-in and sign-out, on the origin of the site.
	handle /.latchkey/* {
		reverse_proxy ${latchkeyAddress}
	}
	handle {
		route {
			# Nobody outside says who they are. Some apps read Remote_User as the same.
			request_header -Latchkey*
			request_header -Remote*
			forward_auth ${latchkeyAddress} {
				uri /forward-auth
				copy_headers ${identityHeaders.join(' ')}
			}
			reverse_proxy ${appAddress}
		}
	}
}
`;
}
