/** Guides for software that is not run here: they use what its vendor documents, and nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guidesFor } from './guides.ts';
import { sampleApps } from './sample-apps.ts';

function fileOf(id: string, name: string): string {
  const guide = guidesFor({ issuer: 'https://login.example.com', app: sampleApps.web }).find(
    (one) => one.id === id,
  );
  assert.equal(guide?.tested, false);
  return guide.files.find((file) => file.name === name)?.text ?? '';
}

/** Keys of grafana/grafana conf/defaults.ini, as of commit 002060fdada8ac00eda5e1cd8f24a780e2463b97 and since. */
const grafana: Readonly<Record<string, readonly string[]>> = {
  server: [
    'protocol',
    'http_addr',
    'http_port',
    'domain',
    'enforce_domain',
    'root_url',
    'serve_from_sub_path',
  ],
  auth: ['disable_login_form', 'disable_signout_menu', 'signout_redirect_url', 'oauth_auto_login'],
  'auth.generic_oauth': [
    ...['name', 'icon', 'enabled', 'allow_sign_up', 'client_id', 'client_secret', 'scopes', 'empty_scopes'],
    ...['email_attribute_name', 'email_attribute_path', 'login_attribute_path', 'name_attribute_path'],
    ...['role_attribute_path', 'role_attribute_strict', 'groups_attribute_path', 'id_token_attribute_name'],
    ...['team_ids_attribute_path', 'auth_url', 'token_url', 'api_url', 'teams_url', 'allowed_domains'],
    ...['team_ids', 'allowed_organizations', 'tls_skip_verify_insecure', 'tls_client_cert', 'tls_client_key'],
    ...['tls_client_ca', 'use_pkce', 'auth_style', 'allow_assign_grafana_admin'],
  ],
};

/**
 * Properties of OpenIdConnectOptions (dotnet/aspnetcore, PublicAPI.Shipped.txt as of commit
 * 02fbb9c82fa0eb7691b54d883d7a54524c3945ff) and of RemoteAuthenticationOptions, from which it is derived.
 */
const aspNet = [
  ...['Authority', 'ClaimActions', 'ClientId', 'ClientSecret', 'GetClaimsFromUserInfoEndpoint'],
  ...['MapInboundClaims', 'MaxAge', 'MetadataAddress', 'Prompt', 'PushedAuthorizationBehavior'],
  ...['RemoteSignOutPath', 'RequireHttpsMetadata', 'Resource', 'ResponseMode', 'ResponseType', 'Scope'],
  ...[
    'SignedOutCallbackPath',
    'SignedOutRedirectUri',
    'SignOutScheme',
    'TokenValidationParameters',
    'UsePkce',
  ],
  ...['UseTokenLifetime', 'CallbackPath', 'AccessDeniedPath', 'SaveTokens', 'SignInScheme'],
];

describe('guides for software that is not run here', () => {
  it('use keys of Grafana’s defaults.ini, each in its section', () => {
    let section = '';
    for (const line of fileOf('grafana', 'grafana.ini').trim().split('\n')) {
      section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
      const [, key] = /^(\w+) = /.exec(line) ?? [];
      if (key) assert.ok(grafana[section]?.includes(key), `[${section}] ${key}`);
      else assert.match(line, /^$|^\[[a-z_.]+\]$/);
    }
  });

  it('use properties of OpenIdConnectOptions', () => {
    const { Oidc: options } = JSON.parse(fileOf('asp-net', 'appsettings.json')) as { Oidc: object };
    for (const name of Object.keys(options)) assert.ok(aspNet.includes(name), name);
    const used = fileOf('asp-net', 'Program.cs').matchAll(/options\.(\w+)\./g);
    for (const [, name = ''] of used) assert.ok(aspNet.includes(name), name);
  });
});
