import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
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
    if (known?.accountId === account.accountId) return refreshed(known, session.signInId);
    const scopes = await allowedScopes(ctx, consents);
    if (scopes.length === 0) return undefined;
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grant.addOIDCScope(scopes.join(' '));
    return saved(grant, session.signInId);
  };
}

async function allowedScopes(ctx: KoaContextWithOIDC, consents: Consents): Promise<string[]> {
  const { client, account, requestParamOIDCScopes } = ctx.oidc;
  const requested = [...requestParamOIDCScopes];
  if (client?.latchkey_consent === 'implicit') return requested;
  const consent = await consents.find(account?.accountId ?? '', client?.clientId ?? '');
  return requested.filter((scope) => consent?.scopes.includes(scope));
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
