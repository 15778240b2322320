import type { X509Certificate } from 'node:crypto';
import type { Account, AccountRepository } from '../accounts/account.ts';
import { apiScopesOf } from '../accounts/role-scopes.ts';
import type { ApiScope } from '../apps/api-scopes.ts';
import type { App } from '../apps/app.ts';
import type { SubjectOf } from '../apps/sector.ts';
import { AppError } from '../errors.ts';
import { mayUse } from './admission.ts';
import type { ApiToken, VerifyApiToken } from './api-token.ts';
import type { Artifact } from './artifact.ts';
import { thumbprint } from './mtls.ts';
import type { Vault } from './vault.ts';

/** Who asks our API, as it is now. */
export interface ApiCaller {
  app: App;
  /** Absent where the app speaks for itself. */
  account?: Account;
  /** What the token says, less what the app or the person may not do any more. */
  scopes: ApiScope[];
  signInId?: string;
  /** Milliseconds. */
  signedInAt?: number;
}

interface CallerDependencies {
  verify: VerifyApiToken;
  /** Past every cache, so that what was taken away is gone at once; with those that the server makes itself. */
  findApp: (id: string) => Promise<App | undefined>;
  accounts: Pick<AccountRepository, 'findBySub'>;
  artifacts: { find(id: string): Promise<Artifact | undefined> };
  /** The `sub` that an app is told. */
  subjectOf: SubjectOf;
  vault: Pick<Vault, 'idOf'>;
  now: () => number;
}

/** What came with a token. */
export interface Shown {
  /** Thumbprint (RFC 7638) of the key that a proof was made with (RFC 9449 §7.1). */
  proofKey?: string;
  /** Of the connection (RFC 8705 §3). */
  certificate?: X509Certificate | undefined;
}

export type FindCaller = (token: string, shown?: Shown) => Promise<ApiCaller>;

/**
 * Whose token it is. A signature outlives what it was given for, so everything that it stands on is looked at anew: the
 * app, its scopes, the person, their role and groups, and the grant, which ends with the session, the passkey and the
 * consent.
 * @throws AppError `token_invalid`
 */
export function createApiCallers(dependencies: CallerDependencies): FindCaller {
  return async (presented, shown = {}) => {
    const token = await dependencies.verify(presented);
    requireBinding(token, shown);
    const app = await dependencies.findApp(token.clientId);
    if (!app) throw new AppError('token_invalid', { detail: `the app ${token.clientId} is gone` });
    const allowed = token.scopes.filter((scope) => app.apiScopes?.includes(scope));
    if (!token.person) {
      requireOfApp(token, app);
      return { app, scopes: allowed };
    }
    const { account, grant } = (await personOf(dependencies, app, token.person)) ?? {};
    if (!account || !mayUse(app.allowedGroups, account))
      throw new AppError('token_invalid', { detail: 'the person, or what they allowed, is gone' });
    const own = apiScopesOf(account);
    const { signInId = grant?.signInId, signedInAt } = token.person;
    const scopes = allowed.filter((scope) => own.includes(scope));
    return { app, account, scopes, signedInAt, ...(signInId !== undefined && { signInId }) };
  };
}

/**
 * What an app got for itself stands on no grant that would have gone with it: nothing is left to one that gets its client
 * id. Tokens know seconds: one of the very second in which the app was made is one of it.
 */
function requireOfApp({ issuedAtSeconds }: ApiToken, { createdAt }: App): void {
  if ((issuedAtSeconds + 1) * 1000 <= createdAt)
    throw new AppError('token_invalid', { detail: 'the token was given to another app of that client id' });
}

/**
 * A token that is bound to a key or a certificate is taken with that and in no other way, and a proof comes with such a
 * token alone (RFC 9449 §7.2, RFC 8705 §3).
 */
function requireBinding({ boundTo, boundToKey }: ApiToken, { proofKey, certificate }: Shown): void {
  if (boundTo !== undefined && (!certificate || boundTo !== thumbprint(certificate)))
    throw new AppError('token_invalid', { detail: 'the token is bound to another certificate' });
  if (boundToKey !== proofKey)
    throw new AppError('token_invalid', { detail: 'the token is bound to another key, or to none' });
}

/** Whose grant it is: the `sub` of a token may be one that leads back to nobody. */
async function personOf(
  { accounts, artifacts, vault, subjectOf, now }: CallerDependencies,
  app: App,
  { sub, grantId }: NonNullable<ApiToken['person']>,
) {
  const grant = await artifacts.find(vault.idOf('Grant', grantId));
  const { accountId: own } = grant ?? {};
  if (own === undefined || grant?.appId !== app.id || (grant.expiresAt ?? 0) <= now()) return undefined;
  const account = await accounts.findBySub(own);
  return account?.status === 'active' && subjectOf(app, own) === sub ? { account, grant } : undefined;
}
