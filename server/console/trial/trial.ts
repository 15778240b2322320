/** A whole sign-in as an app would do it, and what came of it. */
import { createHash, randomBytes } from 'node:crypto';
import type { TriedPart } from '../../../views/console/apps/try-parts.ts';
import type { TriedToken } from '../../../views/console/apps/try-result.ts';
import { trialId, trialRedirectUri } from '../../apps/trial-app.ts';
import type { Origin } from '../../oidc/find-sign-in.ts';
import { type ReadAnswer, readAnswer, TrialFailure } from './answers.ts';
import { tried } from './profile.ts';
import { authenticationOf, createBoundAsk, type Fields, requestOf, type Speaking } from './speaker.ts';

/** Kept in a sealed cookie while the sign-in goes on. */
export interface Trial {
  appId: string;
  verifier: string;
  state: string;
  nonce: string;
  /** What was done so far. */
  tried: TriedPart[];
}

const random = () => randomBytes(32).toString('base64url');

/** @throws TrialFailure where the request is not taken */
export async function beginTrial(
  speaking: Speaking,
  { scopes }: { scopes: readonly string[] },
): Promise<{ trial: Trial; url: string }> {
  const { appId, profile, issuer } = speaking;
  const trial: Trial = {
    ...{ appId, verifier: random(), state: random(), nonce: random() },
    tried: [tried('pkce')],
  };
  const request = await requestOf(speaking, {
    client_id: trialId(appId),
    response_type: 'code',
    redirect_uri: trialRedirectUri(issuer),
    scope: scopes.join(' ') || 'openid',
    state: trial.state,
    nonce: trial.nonce,
    code_challenge: createHash('sha256').update(trial.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // A sign-in from the beginning, whoever is signed in.
    prompt: 'login',
    ...(profile.isAnsweredByJwt && { response_mode: 'jwt' }),
  });
  if (profile.requestAlg !== undefined) trial.tried.push(tried('signedRequest', profile.requestAlg));
  if (!profile.isPushed) return { trial, url: `/auth?${new URLSearchParams(request)}` };
  const pushed = await push(speaking, request);
  trial.tried.push(tried('pushed'));
  return { trial, url: `/auth?${new URLSearchParams(pushed)}` };
}

/** RFC 9126 §2. @throws TrialFailure */
async function push(speaking: Speaking, request: Fields): Promise<Fields> {
  const form = { ...request, ...(await authenticationOf(speaking)) };
  const { status, body } = await speaking.ask({ method: 'POST', path: '/request', form });
  if (status !== 201) throw new TrialFailure(body.error, body.error_description);
  return { client_id: trialId(speaking.appId), request_uri: String(body.request_uri) };
}

type Query = Readonly<Record<string, string | undefined>>;

interface Tokens {
  access_token?: string;
  token_type?: string;
  id_token?: string;
  refresh_token?: string;
  expires_in?: number;
}

/** How far it came. */
export interface Progress {
  tried: TriedPart[];
  /** To be taken back, whatever came afterwards. */
  accessToken?: string;
}

/**
 * Redeems the code as the app would, asks for userinfo, and shows what both gave; tokens are shown decoded alone.
 * @throws TrialFailure
 */
export async function finishTrial(
  speaking: Speaking,
  { trial, query }: { trial: Trial; query: Query },
  progress: Progress,
): Promise<TriedToken[]> {
  const { state, code, error, error_description: description } = await answerOf(speaking, query, progress);
  if (state !== trial.state) throw new TrialFailure('invalid_state');
  if (!code) throw new TrialFailure(error ?? 'invalid_request', description);
  const ask = createBoundAsk(speaking);
  const tokens = await redeem({ speaking, ask }, { trial, code }, progress);
  const { access_token: accessToken = '', id_token: idToken = '' } = tokens;
  const mustBeEncrypted = speaking.profile.isEncrypted('id_token');
  const read = await readAnswer(speaking, idToken, { what: 'invalid_id_token', mustBeEncrypted });
  if (read.claims.nonce !== trial.nonce) throw new TrialFailure('invalid_id_token', 'its nonce is another');
  if (read.encryptedBy !== undefined) progress.tried.push(tried('encryptedIdToken', read.encryptedBy));
  const userinfo = await readUserinfo({ speaking, ask }, accessToken, progress);
  return shown(tokens, { idToken: read, userinfo, now: speaking.now });
}

/** JARM §2.4, where the app is answered so; what lies open is not taken then. @throws TrialFailure */
async function answerOf(speaking: Speaking, query: Query, progress: Progress): Promise<Query> {
  const { profile } = speaking;
  if (!profile.isAnsweredByJwt) return query;
  const what = 'invalid_response';
  const { response } = query;
  if (response === undefined) throw new TrialFailure(what, 'it is no JWT');
  const mustBeEncrypted = profile.isEncrypted('authorization_response');
  const { claims, signedBy, encryptedBy } = await readAnswer(speaking, response, { what, mustBeEncrypted });
  progress.tried.push(tried('signedResponse', signedBy));
  if (encryptedBy !== undefined) progress.tried.push(tried('encryptedResponse', encryptedBy));
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, String(value)]));
}

interface Asking {
  speaking: Speaking;
  ask: ReturnType<typeof createBoundAsk>;
}

async function redeem(
  { speaking, ask }: Asking,
  { trial, code }: { trial: Trial; code: string },
  progress: Progress,
): Promise<Tokens> {
  const { profile, issuer } = speaking;
  const redeemed = await ask(async () => ({
    method: 'POST',
    path: '/token',
    form: {
      grant_type: 'authorization_code',
      redirect_uri: trialRedirectUri(issuer),
      code_verifier: trial.verifier,
      code,
      ...(await authenticationOf(speaking)),
    },
  }));
  if (redeemed.status !== 200) throw new TrialFailure(redeemed.body.error, redeemed.body.error_description);
  const tokens = redeemed.body as Tokens;
  if (tokens.access_token !== undefined) progress.accessToken = tokens.access_token;
  if (profile.assertionAlg !== undefined) progress.tried.push(tried('assertion', profile.assertionAlg));
  if (!profile.isBound) return tokens;
  if (tokens.token_type !== 'DPoP') throw new TrialFailure('invalid_token', 'it is bound to no key');
  progress.tried.push(tried('bound'));
  return tokens;
}

async function readUserinfo(
  { speaking, ask }: Asking,
  accessToken: string,
  progress: Progress,
): Promise<object> {
  const { profile } = speaking;
  const { status, text, body } = await ask(() => ({ method: 'GET', path: '/me', accessToken }));
  if (status !== 200) throw new TrialFailure(body.error, body.error_description);
  if (!profile.hasSignedUserinfo) return body;
  const mustBeEncrypted = profile.isEncrypted('userinfo');
  const read = await readAnswer(speaking, text, { what: 'invalid_userinfo', mustBeEncrypted });
  progress.tried.push(tried('signedUserinfo', read.signedBy));
  if (read.encryptedBy !== undefined) progress.tried.push(tried('encryptedUserinfo', read.encryptedBy));
  return read.claims;
}

function shown(
  { access_token, refresh_token, expires_in = 0 }: Tokens,
  { idToken, userinfo, now }: { idToken: ReadAnswer; userinfo: object; now: number },
): TriedToken[] {
  const { header, claims } = idToken;
  return [
    {
      ...{ kind: 'id_token', header: readable(header), claims: readable(claims) },
      ...(claims.exp !== undefined && { expiresAt: claims.exp * 1000 }),
    },
    { kind: 'userinfo', claims: readable(userinfo) },
    ...(access_token ? [{ kind: 'access_token' as const, expiresAt: now + expires_in * 1000 }] : []),
    ...(refresh_token ? [{ kind: 'refresh_token' as const }] : []),
  ];
}

const readable = (value: object): string => JSON.stringify(value, undefined, 2);

/** Who it was, and with which passkey. */
export function signedInBy(
  origin: Origin | undefined,
  account: { id: string; name: string } | undefined,
  passkeys: readonly { id: string; name: string }[],
) {
  const [signIn] = origin?.signIns ?? [];
  const passkey = passkeys.find(({ id }) => id === signIn?.passkeyId);
  if (!signIn || !account || !passkey) return undefined;
  return { person: account, passkey, acr: signIn.acr, amr: signIn.amr, at: signIn.at };
}
