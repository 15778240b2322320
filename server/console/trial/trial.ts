/** A whole sign-in as an app would do it, and what came of it. */
import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { TriedToken, TryResultData } from '../../../views/console/apps/try-result.ts';
import { trialId, trialRedirectUri } from '../../apps/trial-app.ts';
import type { ProviderAnswer } from '../../oidc/ask-provider.ts';
import type { Origin } from '../../oidc/find-sign-in.ts';

/** Kept in a sealed cookie while the sign-in goes on. */
export interface Trial {
  appId: string;
  verifier: string;
  state: string;
  nonce: string;
}

export type Ask = (asked: {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
}) => Promise<ProviderAnswer>;

const random = () => randomBytes(32).toString('base64url');

export function beginTrial(
  { appId, scopes }: { appId: string; scopes: readonly string[] },
  issuer: string,
): { trial: Trial; url: string } {
  const trial = { appId, verifier: random(), state: random(), nonce: random() };
  const query = new URLSearchParams({
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
  });
  return { trial, url: `/auth?${query}` };
}

type Query = Readonly<Record<string, string | undefined>>;

interface Tokens {
  access_token?: string;
  id_token?: string;
  refresh_token?: string;
  expires_in?: number;
}

type Outcome = TryResultData['outcome'];
type Failed = Extract<Outcome, { state: 'failed' }>;

const failed = (error: unknown, description?: unknown): Failed => ({
  state: 'failed',
  error: String(error),
  ...(description !== undefined && { description: String(description) }),
});

/** Redeems the code as the app would, asks for userinfo, and shows what both gave; tokens are shown decoded alone. */
export async function finishTrial(
  { trial, issuer, ask, now }: { trial: Trial; issuer: string; ask: Ask; now: number },
  { state, code, error, error_description: description }: Query,
): Promise<Failed | { state: 'answered'; accessToken: string; tokens: TriedToken[] }> {
  if (state !== trial.state) return failed('invalid_state');
  if (!code) return failed(error ?? 'invalid_request', description);
  const redeemed = await ask({
    method: 'POST',
    path: '/token',
    form: {
      grant_type: 'authorization_code',
      client_id: trialId(trial.appId),
      redirect_uri: trialRedirectUri(issuer),
      code_verifier: trial.verifier,
      code,
    },
  });
  if (redeemed.status !== 200) return failed(redeemed.body.error, redeemed.body.error_description);
  const tokens = redeemed.body as Tokens;
  const { access_token: accessToken = '', id_token: idToken } = tokens;
  if (idToken === undefined || decodeJwt(idToken).nonce !== trial.nonce) return failed('invalid_id_token');
  const headers = { authorization: `Bearer ${accessToken}` };
  const userinfo = await ask({ method: 'GET', path: '/me', headers });
  return { state: 'answered', accessToken, tokens: shown(tokens, { userinfo, now }) };
}

function shown(
  { id_token, access_token, refresh_token, expires_in = 0 }: Tokens,
  { userinfo, now }: { userinfo: ProviderAnswer; now: number },
): TriedToken[] {
  return [
    ...(id_token ? [decoded('id_token', id_token)] : []),
    { kind: 'userinfo', claims: readable(userinfo.body) },
    ...(access_token ? [{ kind: 'access_token' as const, expiresAt: now + expires_in * 1000 }] : []),
    ...(refresh_token ? [{ kind: 'refresh_token' as const }] : []),
  ];
}

function decoded(kind: TriedToken['kind'], jwt: string): TriedToken {
  const claims = decodeJwt(jwt);
  return {
    kind,
    header: readable(decodeProtectedHeader(jwt)),
    claims: readable(claims),
    ...(claims.exp !== undefined && { expiresAt: claims.exp * 1000 }),
  };
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
