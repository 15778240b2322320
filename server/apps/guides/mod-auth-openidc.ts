/** Apache httpd with mod_auth_openidc (Debian: libapache2-mod-auth-openidc). */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { apacheArgument } from './quote.ts';
import { type Callback, callbackOf, missing } from './values.ts';

export const modAuthOpenidc: Recipe = {
  id: 'mod-auth-openidc',
  name: 'Apache with mod_auth_openidc',
  about: 'Any app behind Apache httpd: the module signs people in, and the app reads who they are.',
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(values, '/oidc/callback');
    return {
      files: [{ name: 'oidc.conf', language: 'apache', text: configuration(values, callback) }],
      steps: [
        'Install it: apt install libapache2-mod-auth-openidc, then a2enmod auth_openidc',
        'Include oidc.conf in your virtual host. No page may be at the redirect address: it is the module’s own.',
        'The app reads the headers OIDC_CLAIM_sub, OIDC_CLAIM_name and so on, and REMOTE_USER, which is the claim sub.',
        `Sign people out by a link to ${callback.path}?logout=${encodeURIComponent(values.postLogoutRedirectUri ?? callback.origin)}`,
        'Let nobody but Apache’s user read oidc.conf: it holds the secret.',
      ],
      ...missing(callback),
    };
  },
};

const configuration = (values: Values, { uri }: Callback) => `Define DOLLAR $
OIDCProviderMetadataURL ${apacheArgument(`${values.issuer}/.well-known/openid-configuration`)}
OIDCClientID ${apacheArgument(values.clientId)}
OIDCClientSecret ${apacheArgument(values.clientSecret)}
OIDCProviderTokenEndpointAuth ${values.authentication}
OIDCIDTokenSignedResponseAlg ${values.algorithm}
OIDCRedirectURI ${apacheArgument(uri)}
OIDCScope ${apacheArgument(values.scopes.join(' '))}
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCCryptoPassphrase ${apacheArgument(values.sessionSecret)}

<Location />
    AuthType openid-connect
    Require valid-user
</Location>
`;
