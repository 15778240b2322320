/** Gateways that ask who is there before each request: HAProxy, by a script of its own, and Traefik. */
import { identityHeaders } from '../../site-paths.ts';
import {
  aboutSite,
  appAddress,
  hostsOf,
  isSite,
  latchkeyAddress,
  listensLocally,
  siteSteps,
} from './forward-auth.ts';
import type { Recipe, Values } from './guide.ts';

export const siteHaproxy: Recipe = {
  id: 'forward-auth-haproxy',
  name: 'HAProxy (Lua)',
  about: `${aboutSite}, which HAProxy asks Latchkey. For HAProxy 2.6 or newer, built with Lua.`,
  tested: true,
  fits: isSite,
  print: (values) => ({
    files: [
      { name: 'haproxy.cfg', language: 'haproxy', text: haproxySite(values) },
      { name: 'latchkey.lua', language: 'lua', text: script },
    ],
    steps: [
      'Put both files into /etc/haproxy, and your certificate with its key into /etc/haproxy/certificate.pem.',
      'Write Latchkey’s address with a number: the script’s client asks a name server for every name.',
      ...siteSteps(values),
    ],
  }),
};

function haproxySite(values: Values): string {
  const local = listensLocally(values);
  const bind = local
    ? `bind ${local.hostname}:${local.port || 80}`
    : 'bind :443 ssl crt /etc/haproxy/certificate.pem alpn h2,http/1.1';
  return `global
    lua-load /etc/haproxy/latchkey.lua

defaults
    mode http
    timeout connect 3s
    timeout client 30s
    timeout server 40s

frontend site
    ${bind}
    acl known_host hdr(host) -i ${values.origins.map((origin) => new URL(origin).host).join(' ')}
    http-request deny deny_status 421 unless known_host
    # What is asked for, and from where: as it is, whatever a stranger says.
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto ${local ? 'http' : 'https'}
    http-request set-header X-Forwarded-Host %[req.fhdr(host)]
    http-request set-header X-Forwarded-Method %[method]
    http-request set-header X-Forwarded-Uri %[pathq]
    # Nobody outside says who they are. Some apps read Remote_User as the same.
    http-request del-header latchkey -m beg
    http-request del-header remote -m beg
    # Sign-in and sign-out, on the origin of the site.
    acl own path_beg /.latchkey/
    http-request lua.latchkey unless own
    # Whoever is not let in gets Latchkey's own answer: a way to sign in, or the reason.
    acl let_in var(txn.latchkey) -m str yes
    http-request set-method GET unless own || let_in
    http-request set-uri /forward-auth unless own || let_in
    use_backend app if let_in !own
    default_backend latchkey

backend latchkey
    server latchkey ${latchkeyAddress}

backend app
    server app ${appAddress}
`;
}

const script = `-- Asks Latchkey before a request goes on (HAProxy's own HTTP client: core.httpclient).
local names = { ${identityHeaders.map((name) => `"${name}"`).join(', ')} }
local said = {
  "cookie", "accept", "accept-language", "user-agent", "sec-fetch-mode",
  "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-method", "x-forwarded-uri",
}

core.register_action("latchkey", { "http-req" }, function(txn)
  local headers = {}
  for _, name in ipairs(said) do
    local value = txn.sf:req_fhdr(name)
    if value ~= "" then headers[name] = { value } end
  end
  local answer = core.httpclient():get({ url = "http://${latchkeyAddress}/forward-auth", headers = headers, timeout = 5000 })
  if not answer or answer.status ~= 204 then return end
  for _, name in ipairs(names) do
    local values = answer.headers[string.lower(name)]
    if values and values[0] and values[0] ~= "" then txn.http:req_set_header(name, values[0]) end
  end
  txn:set_var("txn.latchkey", "yes")
end)
`;

export const siteTraefik: Recipe = {
  id: 'forward-auth-traefik',
  name: 'Traefik (ForwardAuth)',
  about: `${aboutSite}, which Traefik asks Latchkey.`,
  tested: false,
  fits: isSite,
  print: (values) => ({
    files: [{ name: 'latchkey.yml', language: 'yaml', text: traefikSite(values) }],
    steps: ['Put latchkey.yml where Traefik’s file provider reads.', ...siteSteps(values)],
  }),
};

function traefikSite(values: Values): string {
  const hosts = hostsOf(values)
    .map((host) => `Host(\`${host}\`)`)
    .join(' || ');
  const stripped = identityHeaders.map((name) => `          ${name.replaceAll('-', '_')}: ""`).join('\n');
  return `http:
  middlewares:
    latchkey-names:
      headers:
        # Some apps read these as the names below.
        customRequestHeaders:
${stripped}
    latchkey:
      forwardAuth:
        address: http://${latchkeyAddress}/forward-auth
        trustForwardHeader: false
        # Traefik takes away what came from outside under these names.
        authResponseHeaders: [${identityHeaders.join(', ')}]
  routers:
    site:
      rule: ${hosts}
      entryPoints: [websecure]
      middlewares: [latchkey-names, latchkey]
      service: site
      tls: {}
    # Sign-in and sign-out, on the origin of the site.
    site-latchkey:
      rule: (${hosts}) && PathPrefix(\`/.latchkey/\`)
      priority: 1000
      entryPoints: [websecure]
      service: latchkey
      tls: {}
  services:
    site:
      loadBalancer:
        servers: [{ url: "http://${appAddress}" }]
    latchkey:
      loadBalancer:
        servers: [{ url: "http://${latchkeyAddress}" }]
`;
}
