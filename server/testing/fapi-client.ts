/** A client of the FAPI plans, with whatever is wrong with what it sends: its key, its certificate, its proofs. */
import { generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { type AppSecurity, securityInForce } from '../apps/security.ts';
import type { NewApp } from '../apps/validation.ts';
import { createProofNonces } from '../oidc/dpop.ts';
import { type AppUnderTest, addApp, type Parameters, payloadOf, type TokenAnswer } from './app-under-test.ts';
import type { Answer, TestBrowser } from './browser.ts';
import type { TestAuthority } from './certificates.ts';
import type { TestInstallation } from './installation.ts';
import { arrive } from './journeys.ts';
import { assertion, type KeyPair, newKeyPair } from './machine.ts';
import { newProofKey, type ProofKey, proof } from './proof.ts';

/** Where it shows certificates. */
export const mtlsHost = 'mtls.localhost:8443';

export interface Pairing {
  auth: 'private_key_jwt' | 'mtls';
  sender: 'dpop' | 'mtls';
}

type Claims = Record<string, unknown>;

/** What is wrong with a request; `false` leaves a part out. */
export interface Wrong {
  assertion?: false | { claims?: Claims; header?: JWTHeaderParameters; key?: KeyPair['privateKey'] };
  proof?: false | { claims?: Claims; key?: ProofKey };
  certificate?: false | X509Certificate;
  /** Of the request object. */
  request?: false | { claims?: Claims; header?: JWTHeaderParameters; key?: KeyPair['privateKey'] };
}

export interface FapiClient {
  app: AppUnderTest;
  keys: KeyPair;
  /** Another key of its own, which could sign by RS256. */
  rsaKey: KeyPair['privateKey'];
  proofKey: ProofKey;
  certificate: X509Certificate;
  parameters(more?: Parameters): Record<string, string>;
  /** A signed request of these claims. */
  sign(claims: Claims, wrong?: Wrong['request']): Promise<string>;
  post(path: string, fields: Parameters, wrong?: Wrong): Promise<TokenAnswer>;
  push(more?: Parameters, wrong?: Wrong): Promise<TokenAnswer>;
  /** What the browser gets last, of a request that was pushed. */
  ask(browser: TestBrowser, requestUri: string, beside?: Record<string, string>): Promise<Answer>;
  /** What the app is told, verified as far as it says who answers. */
  told(answer: Answer): Record<string, unknown>;
  code(browser: TestBrowser, more?: Parameters, wrong?: Wrong): Promise<string>;
  redeem(code: string, fields?: Parameters, wrong?: Wrong): Promise<TokenAnswer>;
  refresh(refreshToken: unknown, wrong?: Wrong): Promise<TokenAnswer>;
  userInfo(token: unknown, wrong?: Wrong & { scheme?: string; interactionId?: string }): Promise<Response>;
}

interface Made {
  installation: TestInstallation;
  authority: TestAuthority;
  pairing: Pairing;
  security: AppSecurity;
  name: 'monitor' | 'provider';
  ciba?: NewApp['ciba'];
}

/** As the commands of the plan add it. */
export async function addFapiClient(made: Made): Promise<FapiClient> {
  const { installation, authority, pairing, security, name, ciba } = made;
  const keys = newKeyPair();
  const { privateKey: rsaKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = { keys: [...keys.jwks.keys, publicKey.export({ format: 'jwk' })] } as KeyPair['jwks'];
  const certificate = new X509Certificate((await authority.issue({ name })).certificate);
  const isSigned = securityInForce({ security }).requireSignedRequestObject === true;
  const app = await addApp(installation, {
    ...{ kind: 'web', consent: 'implicit', security },
    redirectUris: ['https://notes.example.com/callback', 'https://notes.example.com/callback?dummy1=lorem'],
    ...(pairing.auth === 'mtls'
      ? { tokenEndpointAuthMethod: 'tls_client_auth', clientCertificate: { subjectDn: `CN=${name}` } }
      : { tokenEndpointAuthMethod: 'private_key_jwt' }),
    ...((pairing.auth === 'private_key_jwt' || isSigned) && { jwks }),
    ...(pairing.sender === 'mtls' && { certificateBoundAccessTokens: true }),
    ...(ciba && { ciba }),
  });
  const self = { installation, pairing, isSigned, app, keys, rsaKey, certificate, proofKey: newProofKey() };
  return { ...self, ...flowOf(self, sending(self)) };
}

interface Self extends Pick<FapiClient, 'app' | 'keys' | 'rsaKey' | 'certificate' | 'proofKey'> {
  installation: TestInstallation;
  pairing: Pairing;
  isSigned: boolean;
}

type Sending = ReturnType<typeof sending>;

/** Who it is, and what holds its tokens, beside whatever it sends. */
function sending({ installation, pairing, app, keys, certificate, proofKey }: Self) {
  const { issuer } = installation.config;
  const isThere = pairing.auth === 'mtls' || pairing.sender === 'mtls';
  const nonces = createProofNonces(
    () => installation.secret.proofNonceSecret,
    () => Date.now(),
  );
  const proofOf = async (path: string, wrong: Wrong['proof'], more: { accessToken?: string } = {}) => {
    if (pairing.sender !== 'dpop' || wrong === false) return {};
    const url = (isThere ? `http://${mtlsHost}` : installation.origin) + path;
    const about = { ...more, method: more.accessToken ? 'GET' : 'POST', url, nonce: nonces.next() };
    return { dpop: await proof(wrong?.key ?? proofKey, about, wrong) };
  };
  const headersOf = (wrong: Wrong['certificate']): Record<string, string> => {
    if (!isThere) return {};
    const shown = wrong === false ? undefined : (wrong ?? certificate).raw.toString('base64');
    return { 'x-forwarded-host': mtlsHost, ...(shown && { 'client-cert': `:${shown}:` }) };
  };
  const assertionOf = async (wrong: Wrong['assertion']): Promise<Parameters> => {
    if (pairing.auth !== 'private_key_jwt' || wrong === false) return {};
    const by = { id: app.id, key: wrong?.key ?? keys.privateKey, issuer };
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(by, wrong?.claims, wrong?.header),
    };
  };
  return {
    proofOf,
    headersOf,
    async post(path: string, fields: Parameters, wrong: Wrong = {}): Promise<TokenAnswer> {
      const headers = { ...headersOf(wrong.certificate), ...(await proofOf(path, wrong.proof)) };
      return app.post(path, { ...fields, ...(await assertionOf(wrong.assertion)) }, headers);
    },
  };
}

/** A request as the profile wants it: in a signed JWT, where it does (RFC 9101 §4). */
function requestsOf({ app, isSigned, keys, installation }: Self) {
  const parameters = (more: Parameters = {}): Record<string, string> => {
    const asked = app.authorizationUrl({
      nonce: 'a nonce',
      ...(isSigned && { response_mode: 'jwt' }),
      ...more,
    });
    return Object.fromEntries(new URL(asked).searchParams);
  };
  const sign = async (asked: Claims, given?: Wrong['request']): Promise<string> => {
    const wrong = given || undefined;
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: app.id, aud: installation.config.issuer, jti: randomUUID() };
    const claims = { ...asked, ...own, iat: now, nbf: now, exp: now + 60, ...wrong?.claims };
    const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    const header = wrong?.header ?? { alg: 'ES256' };
    if (header.alg === 'none')
      return `${[header, said].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
    return new SignJWT(said).setProtectedHeader(header).sign(wrong?.key ?? keys.privateKey);
  };
  return {
    parameters,
    sign,
    async fieldsOf(more: Parameters, wrong: Wrong['request']): Promise<Parameters> {
      return isSigned && wrong !== false
        ? { request: await sign(parameters(more), wrong) }
        : parameters(more);
    },
  };
}

function flowOf(self: Self, { post, proofOf, headersOf }: Sending) {
  const { app, installation, isSigned } = self;
  const { parameters, sign, fieldsOf } = requestsOf(self);
  const push = async (more: Parameters = {}, wrong: Wrong = {}) =>
    post('/request', await fieldsOf(more, wrong.request), wrong);
  const ask = (browser: TestBrowser, requestUri: string, beside: Record<string, string> = {}) => {
    const query = new URLSearchParams({ ...beside, client_id: app.id, request_uri: requestUri });
    return arrive(browser, `${installation.origin}/auth?${query}`);
  };
  const told = ({ location = '', text, status }: Answer): Record<string, unknown> => {
    const { searchParams } = URL.parse(location) ?? { searchParams: new URLSearchParams() };
    const response = searchParams.get('response');
    const said = response ? payloadOf(response) : Object.fromEntries(searchParams);
    if (said.iss !== installation.config.issuer)
      throw new Error(`${status} ${location} ${text.slice(0, 500)}`);
    if (isSigned !== Boolean(response)) throw new Error('the answer is not as the profile wants it');
    return said;
  };
  return {
    ...{ parameters, sign, post, push, ask, told },
    async code(browser: TestBrowser, more?: Parameters, wrong?: Wrong): Promise<string> {
      const { body } = await push(more, wrong);
      const { code } = told(await ask(browser, String(body.request_uri)));
      if (typeof code !== 'string') throw new Error('no code was given');
      return code;
    },
    redeem: (code: string, fields: Parameters = {}, wrong: Wrong = {}) =>
      post(
        '/token',
        {
          ...{ grant_type: 'authorization_code', code, redirect_uri: app.redirectUri },
          ...{ code_verifier: app.verifier, ...fields },
        },
        wrong,
      ),
    refresh: (refreshToken: unknown, wrong: Wrong = {}) =>
      post('/token', { grant_type: 'refresh_token', refresh_token: String(refreshToken) }, wrong),
    async userInfo(
      token: unknown,
      { scheme, interactionId, ...wrong }: Wrong & { scheme?: string; interactionId?: string } = {},
    ): Promise<Response> {
      const accessToken = String(token);
      const bound = await proofOf('/me', wrong.proof, { accessToken });
      const by = scheme ?? (self.pairing.sender === 'dpop' ? 'DPoP' : 'Bearer');
      const headers = {
        ...{ ...headersOf(wrong.certificate), ...bound, authorization: `${by} ${accessToken}` },
        ...(interactionId !== undefined && { 'x-fapi-interaction-id': interactionId }),
      };
      return fetch(`${installation.origin}/me`, { headers });
    },
  };
}
