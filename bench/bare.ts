/**
 * The yardstick: oidc-provider with the in-memory adapter that it brings along, and one passkey, verified by the
 * same library. No rooms, no pages, no audit, nothing durable. With BENCH_SQLITE its records are in that file.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from '../e2e/free-port.ts';
import { plainSqlite } from './plain-sqlite.ts';
import { answerQuestions, opaqueResource, tell } from './report-cpu.ts';

const rpID = 'localhost';
const port = await freePort();
const origin = `http://localhost:${port}`;
const subject = 'ada';
const machine = { id: 'machine', secret: randomBytes(32).toString('base64url') };

/** What a login needs of a passkey. */
let passkey: WebAuthnCredential | undefined;
const challenges = new Map<string, string>();
const { BENCH_SQLITE: file } = process.env;

const provider = new Provider(origin, {
  ...(file !== undefined && { adapter: plainSqlite(file) }),
  jwks: {
    keys: [
      {
        ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)),
        kid: 'one',
      },
    ],
  },
  clients: [
    {
      client_id: 'demo',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://localhost:3001/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: machine.id,
      client_secret: machine.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    },
  ],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: 'Ada', preferred_username: 'ada' }),
  }),
  claims: {
    openid: ['sub', 'acr', 'amr', 'auth_time'],
    profile: ['name', 'preferred_username'],
    email: ['email'],
  },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, audience) =>
        audience === opaqueResource
          ? { scope: 'read', audience, accessTokenTTL: 600, accessTokenFormat: 'opaque' }
          : {
              ...{ scope: 'people:read', audience, accessTokenTTL: 600 },
              ...{ accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } },
            },
    },
  },
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const known = session.grantIdFor(client.clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(String(ctx.oidc.params?.scope));
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

createServer(async (request, response) => {
  const path = request.url?.split('?')[0] ?? '';
  if (!path.startsWith('/interaction/') && !path.startsWith('/setup')) return answer(request, response);
  const { type, body } = await own(path, request, response);
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}).listen(port, 'localhost', () => tell({ ready: { origin, setupLink: `${origin}/setup`, machine } }));
answerQuestions();

type Response = Parameters<typeof answer>[1];

async function own(
  path: string,
  request: IncomingMessage,
  response: Response,
): Promise<{ type: string; body: string }> {
  if (path === '/setup/options') return asJson({ options: await registrationOptions() });
  if (path === '/setup/finish')
    return asJson(await register((await json(request)) as { response: RegistrationResponseJSON }));
  if (path === '/setup')
    return asPage({ kind: 'enrol', urls: { options: '/setup/options', finish: '/setup/finish' } });
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    await verify(uid, (await json(request)) as { response: AuthenticationResponseJSON });
    const login = {
      accountId: subject,
      acr: 'phr',
      amr: ['pop'],
      ts: Math.floor(Date.now() / 1000),
      remember: false,
    };
    return asJson({ location: await provider.interactionResult(request, response, { login }) });
  }
  const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' });
  challenges.set(uid, options.challenge);
  return asPage({ kind: 'sign-in', options, urls: { login: `/interaction/${uid}/login` } });
}

async function registrationOptions() {
  const options = await generateRegistrationOptions({ rpName: 'bare', rpID, userName: 'ada' });
  challenges.set('setup', options.challenge);
  return options;
}

async function register({ response }: { response: RegistrationResponseJSON }): Promise<object> {
  const { registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: taken('setup'),
    expectedOrigin: origin,
    expectedRPID: rpID,
  });
  passkey = registrationInfo?.credential;
  return {};
}

async function verify(uid: string, { response }: { response: AuthenticationResponseJSON }): Promise<void> {
  if (!passkey || response.id !== passkey.id) throw new Error('unknown passkey');
  const { verified } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: taken(uid),
    expectedOrigin: origin,
    expectedRPID: rpID,
    credential: passkey,
    requireUserVerification: true,
  });
  if (!verified) throw new Error('wrong signature');
}

function taken(key: string): string {
  const challenge = challenges.get(key) ?? '';
  challenges.delete(key);
  return challenge;
}

function asJson(value: object) {
  return { type: 'application/json', body: JSON.stringify(value) };
}

function asPage(data: object) {
  return {
    type: 'text/html',
    body: `<!doctype html><script type="application/json" id="page-data">${JSON.stringify(data)}</script>`,
  };
}
