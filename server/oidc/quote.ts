import { type Client, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Config } from '../config.ts';
import { answeredAcr } from '../sign-ins/acr.ts';
import type { Enough } from './enough.ts';
import { requestedAcr, wantedAcr } from './requested-acr.ts';
import { quotedSignIn, type SessionSignIn } from './session-sign-ins.ts';

type Request = KoaContextWithOIDC['oidc'];
export type Quote = (oidc: Request) => SessionSignIn | undefined;

export const createQuote =
  ({ lifetimes }: Pick<Config, 'lifetimes'>, enough: Pick<Enough, 'usable'>): Quote =>
  (oidc) => {
    const { session, client, issuer, params, prompts, result } = oidc;
    const asking = { session, client, issuer, params, prompts, result, usable: enough.usable(oidc) };
    return quotedSignIn(asking, { lifetimes, now: Date.now() });
  };

/**
 * Codes, and all that comes of them, tell of one sign-in: oidc-provider asks for `acr`, `amr` and `authTime()` when it
 * makes a code, and would tell what the session was last overwritten with.
 */
export function answerWithOneSignIn(provider: Provider, quote: Quote): void {
  const { OIDCContext, Session } = provider;
  const define = (name: 'acr' | 'amr', get: (this: Request) => unknown) =>
    Object.defineProperty(OIDCContext.prototype, name, { get });
  define('acr', function answered() {
    const reached = quote(this)?.acr ?? this.session?.acr;
    return answeredAcr(reached, wantedAcr(requestedAcr(this.params ?? {})));
  });
  define('amr', function told() {
    return quote(this)?.amr ?? this.session?.amr;
  });
  Session.prototype.authTime = function authTime() {
    const { oidc } = (Provider.ctx ?? {}) as { oidc?: Request };
    const quoted = oidc?.session?.uid === this.uid && oidc ? quote(oidc) : undefined;
    return quoted?.at ?? this.loginTs;
  };
}

/**
 * What an access token says of the sign-in (RFC 9470 §6), as the ID token beside it does: it comes from the same code
 * or refresh token. One that is for our API also says what it stands on, so that it ends with that.
 */
export function tokenClaims(
  { oidc }: KoaContextWithOIDC,
  token: object,
): Record<string, unknown> | undefined {
  const { refreshToken, authorizationCode, grant } = oidc;
  const { DeviceCode, BackchannelAuthenticationRequest } = oidc.entities as Record<
    string,
    Source | undefined
  >;
  const source = refreshToken ?? authorizationCode ?? DeviceCode ?? BackchannelAuthenticationRequest;
  const { acr, authTime }: Source = source ?? {};
  if (acr === undefined || authTime === undefined) return undefined;
  const signIn = { acr, auth_time: authTime };
  if (!('resourceServer' in token) || !grant) return signIn;
  return { ...signIn, grant_id: grant.jti, ...signInOf(grant.signInId, oidc.client) };
}

/** Not for an app that knows people by pairwise subs: it is the same at every app of a session. */
export const signInOf = (id: string | undefined, client: Pick<Client, 'subjectType'> | undefined) =>
  id === undefined || client?.subjectType === 'pairwise' ? {} : { sign_in_id: id };

/** What an access token is given for. */
interface Source {
  acr?: string | undefined;
  authTime?: number | undefined;
}
