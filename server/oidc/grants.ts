import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { scopesOfClaims } from '../accounts/claims.ts';
import type { ArtifactRepository } from './artifact.ts';
import { noteSignIn } from './models.ts';
import type { Vault } from './vault.ts';

/** What a person has allowed an app, kept until they take it back. */
export interface Consent {
  sub: string;
  appId: string;
  scopes: string[];
  grantedAt: number;
}

export interface Consents {
  find(sub: string, appId: string): Promise<Consent | undefined>;
  list(sub: string): Promise<Consent[]>;
  /** Adds to what was allowed before. */
  record(consent: Consent): Promise<void>;
  /** Takes it back: the consent and every grant that stands on it. */
  withdraw(sub: string, appId: string): Promise<void>;
}

const model = 'Consent';

export function createConsents({
  artifacts,
  vault,
}: {
  artifacts: ArtifactRepository;
  vault: Vault;
}): Consents {
  const rawId = (sub: string, appId: string) => `${appId} ${sub}`;
  const find = async (sub: string, appId: string) => {
    const stored = await artifacts.find(vault.idOf(model, rawId(sub, appId)));
    return stored && vault.open<Consent>(stored);
  };
  return {
    find,
    list: async (sub) =>
      (await artifacts.listByAccount(sub, model)).map((stored) => vault.open<Consent>(stored)),
    async record(consent) {
      const before = await find(consent.sub, consent.appId);
      const scopes = [...new Set([...(before?.scopes ?? []), ...consent.scopes])];
      const columns = { accountId: consent.sub, appId: consent.appId };
      const id = rawId(consent.sub, consent.appId);
      await artifacts.upsert(vault.seal({ model, rawId: id, payload: { ...consent, scopes }, columns }));
    },
    async withdraw(sub, appId) {
      await artifacts.remove(vault.idOf(model, rawId(sub, appId)));
      const grants = (await artifacts.listByAccount(sub, 'Grant')).filter((grant) => grant.appId === appId);
      await Promise.all(grants.map(({ grantId }) => (grantId ? artifacts.removeByGrant(grantId) : 0)));
    },
  };
}

/**
 * The grant that an authorization request stands on. One for each app and session, so that signing out of one
 * browser ends nothing in another; what was allowed before, and what first-party apps need, is not asked again.
 */
export function createGrantLoader(consents: Consents) {
  return async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { client, session, account, provider, result } = ctx.oidc;
    if (!client || !session || !account) return undefined;
    noteSignIn(ctx);
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const known = grantId ? await provider.Grant.find(grantId) : undefined;
    const grant =
      known?.accountId === account.accountId
        ? known
        : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    const added = await addAllowed(grant, ctx, consents);
    if (grant !== known && !added) return undefined;
    return added ? saved(grant, session.signInId) : refreshed(grant, session.signInId);
  };
}

/** What was allowed before, in another session or by who runs the app. Tells whether there was anything to add. */
async function addAllowed(grant: Grant, { oidc }: KoaContextWithOIDC, consents: Consents): Promise<boolean> {
  const { client, account, requestParamOIDCScopes, requestParamClaims } = oidc;
  const covers = (scope: string) => grant.getOIDCScopeEncountered().split(' ').includes(scope);
  const scopes = [...new Set([...requestParamOIDCScopes, ...scopesOfClaims(requestParamClaims)])];
  const missing = scopes.filter((scope) => !covers(scope));
  const implicit = client?.latchkey_consent === 'implicit';
  const consent =
    implicit || missing.length === 0
      ? undefined
      : await consents.find(account?.accountId ?? '', client?.clientId ?? '');
  const allowed = missing.filter((scope) => implicit || consent?.scopes.includes(scope));
  if (allowed.length > 0) grant.addOIDCScope(allowed.join(' '));
  const encountered = grant.getOIDCClaimsEncountered();
  const claims = [...requestParamClaims].filter(
    (claim) => !encountered.includes(claim) && scopesOfClaims([claim]).every(covers),
  );
  if (claims.length > 0) grant.addOIDCClaims(claims);
  return allowed.length > 0 || claims.length > 0;
}

/** A grant belongs to the latest sign-in it was used with, and lives on while the session uses it. */
async function refreshed(grant: Grant, signInId: string | undefined): Promise<Grant> {
  const halfOver =
    grant.exp !== undefined && grant.iat !== undefined && grant.remainingTTL < (grant.exp - grant.iat) / 2;
  if (grant.signInId === signInId && !halfOver) return grant;
  if (halfOver) Object.assign(grant, { exp: undefined, iat: undefined, expiresIn: undefined });
  return saved(grant, signInId);
}

export async function saved(grant: Grant, signInId: string | undefined): Promise<Grant> {
  if (signInId) grant.signInId = signInId;
  await grant.save();
  return grant;
}
