import type { z } from 'zod';
import type { App } from './app.ts';
import { type AppSecurity, type appAlgorithms, securityInForce } from './security.ts';

/** What was said of an app that its security has to fit. */
interface Said extends Pick<App, 'kind' | 'redirectUris'> {
  tokenEndpointAuthMethod?: string | undefined;
  pkce: App['pkce'];
  idTokenSignedResponseAlg: string;
  jwks?: { keys: readonly Key[] } | undefined;
  jwksUri?: string | undefined;
  security?: AppSecurity | undefined;
}

type Key = { readonly kty?: unknown; readonly use?: unknown; readonly alg?: unknown };
type Objection = readonly [path: readonly string[], message: string];

const ofSecurity = (field: keyof AppSecurity, message: string): Objection => [['security', field], message];

/** What lies at an address is known when it is used. */
const hasKey = ({ jwks, jwksUri }: Said, fits: (key: Key) => boolean): boolean =>
  jwksUri !== undefined || (jwks?.keys ?? []).some(fits);

const isFor = (use: 'sig' | 'enc') => (key: Key) => key.use === undefined || key.use === use;

/** Keys are for something: to prove who it is, to sign requests, to be encrypted for. */
export function usesKeys({
  tokenEndpointAuthMethod,
  security = {},
}: Pick<Said, 'tokenEndpointAuthMethod' | 'security'>): boolean {
  const { requireSignedRequestObject, requestAlg, encrypted = [] } = securityInForce({ security });
  return (
    tokenEndpointAuthMethod === 'private_key_jwt' ||
    tokenEndpointAuthMethod === 'self_signed_tls_client_auth' ||
    Boolean(requireSignedRequestObject ?? requestAlg) ||
    encrypted.length > 0
  );
}

/** What contradicts itself, each with its reason beside the field. */
export function checkSecurity(app: Said, context: Pick<z.core.$RefinementCtx<Said>, 'addIssue'>): void {
  if (!app.security) return;
  const inForce = securityInForce({ security: app.security });
  const objections = [
    ...objectionsToRequests(app, inForce),
    ...objectionsToEncryption(app, inForce),
    ...(inForce.isFapi ? objectionsToFapi(app) : []),
  ];
  for (const [path, message] of objections) context.addIssue({ code: 'custom', path: [...path], message });
}

function* objectionsToRequests(app: Said, inForce: AppSecurity): Generator<Objection> {
  const { security = {} } = app;
  if (app.redirectUris.length === 0)
    for (const field of [
      'requirePushedAuthorizationRequests',
      'requireSignedRequestObject',
      'requireSignedResponses',
    ] as const)
      if (security[field])
        yield ofSecurity(field, `is about sign-ins in a browser: a ${app.kind} app has none of its own`);
  if (security.signedUserinfo && app.kind === 'machine')
    yield ofSecurity('signedUserinfo', 'is about people: a machine has none');
  if (inForce.requireSignedRequestObject && !hasKey(app, isFor('sig')))
    yield [['jwks'], 'must be given: signed requests are verified with these keys'];
  yield* objectionsToAlgorithms(app);
}

function* objectionsToAlgorithms(app: Said): Generator<Objection> {
  const { requestAlg, assertionAlg, profile } = app.security ?? {};
  if (assertionAlg && app.tokenEndpointAuthMethod !== 'private_key_jwt')
    yield ofSecurity('assertionAlg', 'is for apps with tokenEndpointAuthMethod private_key_jwt');
  for (const [field, alg] of [
    ['requestAlg', requestAlg],
    ['assertionAlg', assertionAlg],
  ] as const) {
    if (!alg) continue;
    if (!hasKey(app, signsBy(alg))) yield [['jwks'], `must hold a key for ${alg}`];
    if (profile && !fapiAlgorithms.includes(alg))
      yield ofSecurity(field, 'must be PS256, ES256 or EdDSA: FAPI 2.0 takes no other');
  }
}

/** RFC 7518 §3.1, RFC 8037 §3.1. */
const keyKinds: Readonly<Record<(typeof appAlgorithms)[number], string>> = {
  ...{ ES256: 'EC', RS256: 'RSA', PS256: 'RSA' },
  ...{ EdDSA: 'OKP', Ed25519: 'OKP' },
};

const signsBy =
  (wanted: keyof typeof keyKinds) =>
  ({ kty, use, alg }: Key) =>
    kty === keyKinds[wanted] && isFor('sig')({ use }) && (alg === undefined || alg === wanted);

function* objectionsToEncryption(app: Said, { encrypted = [], encryptionAlg, encryptionEnc }: AppSecurity) {
  if (encrypted.length === 0) {
    if (encryptionAlg) yield ofSecurity('encryptionAlg', 'is for what is encrypted: nothing is');
    if (encryptionEnc) yield ofSecurity('encryptionEnc', 'is for what is encrypted: nothing is');
    return;
  }
  const needed = kindOfKey(encryptionAlg);
  const fits = ({ kty, use, alg }: Key) =>
    kty === needed && isFor('enc')({ use }) && (alg === undefined || alg === encryptionAlg);
  if (!encryptionAlg) yield ofSecurity('encryptionAlg', 'must be given: it says how answers are encrypted');
  else if (!hasKey(app, fits))
    yield [['jwks'], `must hold a key of the kind ${needed} for ${encryptionAlg}`] as Objection;
}

const kindOfKey = (alg: AppSecurity['encryptionAlg']): string => (alg === 'RSA-OAEP-256' ? 'RSA' : 'EC');

/** FAPI 2.0 Security Profile §5.3.2.1 and §5.4.1. */
const fapiAuthMethods: readonly string[] = [
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
];
const fapiAlgorithms: readonly string[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** FAPI 2.0 Security Profile §5.3.2 and §5.4. */
function* objectionsToFapi(app: Said): Generator<Objection> {
  if (app.kind !== 'web' && app.kind !== 'machine')
    yield ofSecurity('profile', `is for apps that can prove who they are: a ${app.kind} app has no server`);
  else if (!fapiAuthMethods.includes(app.tokenEndpointAuthMethod ?? ''))
    yield [
      ['tokenEndpointAuthMethod'],
      'must be private_key_jwt, or one of those with a certificate: FAPI 2.0 takes no client secret',
    ];
  if (app.kind === 'machine' && app.security?.profile === 'fapi2-message-signing')
    yield ofSecurity('profile', 'must be fapi2-security for a machine: it has no sign-in to sign');
  if (app.pkce !== 'required') yield [['pkce'], 'must be required: FAPI 2.0 wants PKCE'];
  if (!fapiAlgorithms.includes(app.idTokenSignedResponseAlg))
    yield [['idTokenSignedResponseAlg'], 'must be PS256, ES256 or EdDSA: FAPI 2.0 takes no other'];
  if ((app.jwks?.keys ?? []).some(({ alg }) => alg === 'RS256'))
    yield [['jwks'], 'hold a key for RS256: FAPI 2.0 takes PS256, ES256 and EdDSA'];
  if (app.redirectUris.some((uri) => URL.parse(uri)?.protocol !== 'https:' && !isLocal(uri)))
    yield [['redirectUris'], 'must be https addresses: FAPI 2.0 sends answers nowhere else'];
}

/** Where an app is being made, on one's own computer. */
const isLocal = (uri: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(uri)?.hostname ?? '');
