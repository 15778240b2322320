/** A code of ours, redeemed by ourselves: what comes back to a site becomes its session. */
import type { AccountRepository } from '../accounts/account.ts';
import type { App } from '../apps/app.ts';
import type { NewAuditEvent, RecordAudit } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { mayUse } from '../oidc/admission.ts';
import type { Artifact, ArtifactRepository } from '../oidc/artifact.ts';
import { absoluteLimit } from '../oidc/lifetimes.ts';
import type { Vault } from '../oidc/vault.ts';
import { siteCallback } from '../site-paths.ts';
import type { Site } from './site.ts';
import type { SiteSession, SiteSessions } from './site-session.ts';

export interface RedeemDependencies {
  artifacts: Pick<ArtifactRepository, 'find' | 'recordConsumed'>;
  vault: Vault;
  accounts: Pick<AccountRepository, 'findBySub'>;
  siteSessions: Pick<SiteSessions, 'start' | 'end'>;
  config: Pick<Config, 'lifetimes'>;
  record: RecordAudit;
  now: () => number;
}

/** What oidc-provider keeps of a code. */
interface Code {
  clientId: string;
  redirectUri: string;
  codeChallenge?: string;
  accountId: string;
  grantId: string;
  sessionUid: string;
  scope?: string;
  acr?: string;
  amr?: string[];
  authTime?: number;
}

/** What oidc-provider keeps of a session. */
interface Session {
  transient?: boolean;
  loginTs?: number;
  authorizations?: Record<string, { sid?: string; grantId?: string }>;
}

/**
 * The session of a site, for a code that this browser asked for: 60 seconds old at most, for this very site, and once.
 * Of two that come at once one wins; the other ends nothing, for it came from the same browser.
 * @param presented the code, and the challenge that this browser asked with
 * @returns the value of the site's cookie
 * @throws AppError `interaction_expired`, or `app_not_allowed`
 */
export async function redeem(
  dependencies: RedeemDependencies,
  site: Site,
  presented: { code: string; challenge: string },
): Promise<string> {
  const { siteSessions } = dependencies;
  const code = await takeCode(dependencies, site, presented);
  const { session, evidence } = await sessionOf(dependencies, site, code);
  const cookie = await siteSessions.start(session);
  // Whoever takes access away ends what is stored: either they find this, or it is seen here that they came first.
  try {
    await sessionOf(dependencies, site, code);
  } catch (error) {
    await siteSessions.end(cookie);
    throw error;
  }
  // As an app that gets tokens: who came to it, and by which sign-in.
  const details = { grantType: 'forward_auth', scope: session.scopes.join(' ') };
  void dependencies.record({ type: 'token.issued', ...evidence, details });
  return cookie;
}

/** For the audit. */
type Evidence = Pick<NewAuditEvent, 'accountId' | 'appId' | 'signInId'>;

const refused = (detail: string) => new AppError('interaction_expired', { detail });

async function takeCode(
  { artifacts, vault, now }: RedeemDependencies,
  { app, origin }: Site,
  { code: value, challenge }: { code: string; challenge: string },
): Promise<Code> {
  const stored = await artifacts.find(vault.idOf('AuthorizationCode', value));
  if (!stored || (stored.expiresAt ?? 0) <= now()) throw refused('the code is none, or too old');
  const code = vault.open<Code>(stored);
  if (code.clientId !== app.id || code.redirectUri !== origin + siteCallback)
    throw refused('the code is for another site');
  if (code.codeChallenge !== challenge) throw refused('the code was asked for by another browser');
  if (!(await artifacts.recordConsumed(stored.id, now()))) throw refused('the code was used before');
  return code;
}

/** As things are now: session, grant and person must be there still. */
async function sessionOf(
  { artifacts, vault, accounts, config, now }: RedeemDependencies,
  { app, origin }: Site,
  code: Code,
): Promise<{ session: SiteSession; evidence: Evidence }> {
  const [stored, grant, account] = await Promise.all([
    artifacts.find(vault.idOf('Session', code.sessionUid)),
    artifacts.find(vault.idOf('Grant', code.grantId)),
    accounts.findBySub(code.accountId),
  ]);
  const isThere = (artifact: Artifact | undefined): artifact is Artifact =>
    artifact?.accountId === code.accountId &&
    artifact.consumedAt === undefined &&
    (artifact.expiresAt ?? 0) > now();
  if (!isThere(stored) || !isThere(grant)) throw refused('the session is over');
  if (account?.status !== 'active') throw refused('the account is gone or disabled');
  if (!mayUse(app.allowedGroups, account)) throw new AppError('app_not_allowed', { detail: app.id });
  const kept = vault.open<Session>(stored);
  const { sid, grantId } = kept.authorizations?.[app.id] ?? {};
  if (sid === undefined || grantId !== code.grantId) throw refused('the session has left the site');
  const { acr = '', amr = [], authTime = 0 } = code;
  const session = {
    ...{ origin, appId: app.id, sub: code.accountId, grantId, sid, acr, amr, authTime },
    scopes: (code.scope ?? '').split(' '),
    ...endOf({ app, session: kept, authTime, idleAt: stored.expiresAt ?? 0 }, { config, now: now() }),
  };
  const { signInId } = grant;
  const evidence = { accountId: account.id, appId: app.id, ...(signInId !== undefined && { signInId }) };
  return { session, evidence };
}

/** Milliseconds. What use puts off at the issuer is put off here by asking again; nothing else is. */
function endOf(
  { app, session, authTime, idleAt }: { app: App; session: Session; authTime: number; idleAt: number },
  { config, now }: { config: RedeemDependencies['config']; now: number },
): Pick<SiteSession, 'expiresAt' | 'renewsAt'> {
  const { loginTs = authTime } = session;
  const latest = Math.min(
    loginTs + absoluteLimit(config.lifetimes, session),
    authTime + (app.lifetimes.session ?? Number.POSITIVE_INFINITY),
  );
  if (latest * 1000 <= idleAt) return { expiresAt: latest * 1000 };
  return { expiresAt: idleAt, renewsAt: now + (idleAt - now) / 2 };
}
