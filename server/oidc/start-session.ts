import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { JudgedPasskey } from '../authenticator-policy/judge.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { SignIn } from '../sign-ins/sign-in.ts';
import { sessionLifetime } from './lifetimes.ts';
import type { SessionSignIn } from './session-sign-ins.ts';

interface Request {
  req: IncomingMessage;
  res: ServerResponse;
}

/**
 * Signs a browser in outside of an authorization request: after setup or by a link. The session id is new, whatever
 * cookie the browser came with, and the session that it had is over (ASVS 5.0 7.2.4).
 * @throws AppError `link_invalid` if account or passkey was taken away meanwhile
 */
export async function startSession(
  { provider, config }: { provider: Provider; config: Pick<Config, 'lifetimes' | 'issuer'> },
  { req, res }: Request,
  { sub, signIn, judged }: { sub: string; signIn: SignIn; judged: JudgedPasskey },
): Promise<void> {
  const context = provider.createContext(req, res);
  const before = await provider.Session.get(context);
  if (before.accountId) await before.destroy();
  const session = new provider.Session();
  session.loginAccount({
    accountId: sub,
    loginTs: Math.floor(signIn.at / 1000),
    acr: signIn.acr,
    amr: signIn.amr,
    transient: true,
  });
  session.signInId = signIn.id;
  const { id, acr, amr, at, passkeyId } = signIn;
  session.signIns = [{ id, acr, amr, at: Math.floor(at / 1000), passkeyId, judged }];
  session.basis = { sub, passkeyId: signIn.passkeyId };
  try {
    await session.save(sessionLifetime(config.lifetimes, session));
  } catch (cause) {
    if (session.destroyed) throw new AppError('link_invalid', { cause });
    throw cause;
  }
  const secure = config.issuer.startsWith('https:');
  context.cookies.set(provider.cookieName('session'), session.id, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure,
  });
}

/** The session of the browser, if somebody is signed in there. */
export async function findSession(
  provider: Provider,
  { req, res }: Request,
): Promise<
  { uid: string; sub: string; signIn?: Pick<SessionSignIn, 'id' | 'acr' | 'passkeyId'> } | undefined
> {
  const session = await provider.Session.get(provider.createContext(req, res));
  const { uid, accountId: sub, signInId: id, acr = '' } = session;
  const { passkeyId } = session.signIns?.find((signIn) => signIn.id === id) ?? {};
  const signIn = id === undefined ? undefined : { id, acr, ...(passkeyId && { passkeyId }) };
  return sub ? { uid, sub, ...(signIn && { signIn }) } : undefined;
}
