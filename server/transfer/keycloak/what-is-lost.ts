import type { AppKind } from '../../apps/app.ts';
import { clientKeys } from './client-keys.ts';
import type { Client, Realm } from './realm.ts';
import { isPairwise, pairwiseMapper } from './subjects.ts';

/** What both sides sign ID tokens with. */
export const carriedAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;

/** Scopes that mean the same here, or that everybody has. */
const knownScopes = [
  'profile',
  'email',
  'offline_access',
  'basic',
  'acr',
  'roles',
  'web-origins',
  'service_account',
];
const standardScopes = ['address', 'phone', 'microprofile-jwt', 'organization'];

/** What an app could do or was given there, and is not here: each with the reason. */
export function* whatIsLost(
  client: Client,
  realm: Realm,
  kind: AppKind,
): Generator<[reason: string, text: string]> {
  const { attributes } = client;
  if (client.implicitFlowEnabled)
    yield ['implicit_flow', 'loses the implicit flow, which puts tokens into addresses (RFC 9700 §2.1.2)'];
  if (client.directAccessGrantsEnabled)
    yield ['password_grant', 'loses the grant by password (RFC 9700 §2.4): there are no passwords here'];
  if (client.serviceAccountsEnabled && kind !== 'machine')
    yield [
      'service_account',
      'loses its own token (client_credentials): register an app of the kind machine for that',
    ];
  if (kind !== 'device' && attributes['oauth2.device.authorization.grant.enabled'] === 'true')
    yield ['device_grant', 'loses the device flow: register an app of the kind device for that'];
  if (client.frontchannelLogout && attributes['frontchannel.logout.url'])
    yield [
      'frontchannel_logout',
      'is no longer told of sign-outs in the browser: say where with --frontchannel-logout-uri',
    ];
  yield* lostAuthentication(client);
  const algorithm = attributes['id.token.signed.response.alg'] ?? realm.defaultSignatureAlgorithm;
  if (!carriedAlgorithms.some((each) => each === algorithm))
    yield ['algorithm', `gets ID tokens signed with ES256 in the place of ${algorithm}`];
  if (kind !== 'web' && kind !== 'machine' && kind !== 'device' && !attributes['pkce.code.challenge.method'])
    yield ['pkce', 'must send PKCE: without a secret nothing else protects its codes (RFC 9700 §2.1.1)'];
  if (Object.values(client.authenticationFlowBindingOverrides).some((flow) => flow !== ''))
    yield ['flow_override', 'had a sign-in flow of its own: rules for authenticators are in its place here'];
  const isPairwiseHere = pairwiseMapper(client, realm, kind) !== undefined;
  if (isPairwiseHere)
    yield [
      'pairwise_sub',
      'knows everybody by another sub here: with Keycloak’s salt they cannot be made, so to the app all are people it has never seen',
    ];
  yield* lostClaims(client, isPairwiseHere);
}

function* lostAuthentication(client: Client): Generator<[string, string]> {
  const { publicClient, clientAuthenticatorType: type } = client;
  if (publicClient || type === 'client-secret') return;
  if (type === 'client-jwt' && clientKeys(client)) return;
  yield ['authentication', `proved itself by ${type} there: it needs a secret or a public key here`];
}

function* lostClaims(
  { protocolMappers, defaultClientScopes }: Client,
  isPairwiseHere: boolean,
): Generator<[string, string]> {
  for (const mapper of protocolMappers)
    if (
      mapper.protocolMapper !== 'oidc-usermodel-attribute-mapper' &&
      !(isPairwiseHere && isPairwise(mapper))
    )
      yield ['mapper', `loses the mapper "${mapper.name}" (${mapper.protocolMapper})`];
  for (const scope of defaultClientScopes)
    if (!knownScopes.includes(scope) && !standardScopes.includes(scope))
      yield ['scope', `loses the scope ${scope}`];
}
