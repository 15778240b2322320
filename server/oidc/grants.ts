import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { scopesOfClaims } from '../accounts/claims.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { compareAcr } from '../sign-ins/acr.ts';
import { mayUse } from './admission.ts';
import { narrowToPerson } from './api-resource.ts';
import type { ArtifactRepository } from './artifact.ts';
import type { Enough } from './enough.ts';
import { noteSector } from './grant-sectors.ts';
import { settleApis } from './granted-apis.ts';
import { noteSignIn } from './models.ts';
import type { Quote } from './quote.ts';
import type { SessionEnds } from './session-ends.ts';
import type { SessionSignIn } from './session-sign-ins.ts';
import type { Vault } from './vault.ts';

/** What a person has allowed an app, kept until they take it back. */
export interface Consent {
  sub: string;
  appId: string;
  scopes: string[];
  /** Of APIs that administrators define, by their ids. */
  apis?: Record<string, string[]>;
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
  sessionEnds,
}: {
  artifacts: ArtifactRepository;
  vault: Vault;
  sessionEnds: SessionEnds;
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
      const apis = joined(before?.apis, consent.apis);
      const columns = { accountId: consent.sub, appId: consent.appId };
      const id = rawId(consent.sub, consent.appId);
      await artifacts.upsert(
        vault.seal({ model, rawId: id, payload: { ...consent, scopes, ...(apis && { apis }) }, columns }),
      );
    },
    async withdraw(sub, appId) {
      await artifacts.remove(vault.idOf(model, rawId(sub, appId)));
      const grants = (await artifacts.listByAccount(sub, 'Grant')).filter((grant) => grant.appId === appId);
      const sessions = grants.length > 0 ? await artifacts.listByAccount(sub, 'Session') : [];
      const standing = sessions.filter(({ consumedAt }) => consumedAt === undefined);
      await sessionEnds.end({ grants, standing });
    },
  };
}

function joined(
  before: Consent['apis'] = {},
  added: Consent['apis'] = {},
): Record<string, string[]> | undefined {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(added)])];
  if (ids.length === 0) return undefined;
  return Object.fromEntries(
    ids.map((id) => [id, [...new Set([...(before[id] ?? []), ...(added[id] ?? [])])]]),
  );
}

/**
 * The grant that an authorization request stands on. One for each app and session, so that signing out of one
 * browser ends nothing in another; what was allowed before, and what first-party apps need, is not asked again.
 */
export function createGrantLoader({
  consents,
  apis,
  quote,
  enough,
}: {
  consents: Consents;
  apis: Pick<ApiCache, 'find'>;
  quote: Quote;
  enough: Pick<Enough, 'assess'>;
}) {
  return async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { client, session, account, provider, result } = ctx.oidc;
    if (!client || !session || !account) return undefined;
    noteSignIn(ctx);
    narrowToPerson(ctx.oidc);
    // They are told so, and nothing is kept of an app that they may not use.
    if (!mayUse(client.latchkey_allowed_groups, account)) return undefined;
    await enough.assess(ctx.oidc);
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const known = grantId ? await provider.Grant.find(grantId) : undefined;
    const grant =
      known?.accountId === account.accountId
        ? known
        : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    const added = await addAllowed(grant, ctx, { consents, apis });
    if (grant !== known && !added) return undefined;
    noteSector(ctx.oidc);
    const { id = session.signInId, acr = session.acr ?? '', passkeyId } = quote(ctx.oidc) ?? {};
    const quoted = id === undefined ? undefined : { id, acr, ...(passkeyId && { passkeyId }) };
    return added ? saved(grant, quoted) : refreshed(grant, quoted);
  };
}

/** What was allowed before, in another session or by who runs the app. Tells whether there was anything to add. */
async function addAllowed(
  grant: Grant,
  ctx: KoaContextWithOIDC,
  { consents, apis }: { consents: Consents; apis: Pick<ApiCache, 'find'> },
): Promise<boolean> {
  const { oidc } = ctx;
  const { client, account, requestParamOIDCScopes, requestParamClaims } = oidc;
  const covers = (scope: string) => grant.getOIDCScopeEncountered().split(' ').includes(scope);
  const scopes = [...new Set([...requestParamOIDCScopes, ...scopesOfClaims(requestParamClaims)])];
  const missing = scopes.filter((scope) => !covers(scope));
  const implicit = client?.latchkey_consent === 'implicit';
  let read: Promise<Consent | undefined> | undefined;
  const consent = () => (read ??= consents.find(account?.accountId ?? '', client?.clientId ?? ''));
  const before = implicit || missing.length === 0 ? undefined : await consent();
  const allowed = missing.filter((scope) => implicit || before?.scopes.includes(scope));
  if (allowed.length > 0) grant.addOIDCScope(allowed.join(' '));
  const encountered = grant.getOIDCClaimsEncountered();
  const claims = [...requestParamClaims].filter(
    (claim) => !encountered.includes(claim) && scopesOfClaims([claim]).every(covers),
  );
  if (claims.length > 0) grant.addOIDCClaims(claims);
  const ofApis = await settleApis(grant, ctx, {
    apis,
    withoutAsking: async ({ id, scopes }) =>
      implicit ? scopes.map(({ name }) => name) : ((await consent())?.apis?.[id] ?? []),
  });
  return allowed.length > 0 || claims.length > 0 || ofApis;
}

/** A sign-in that a grant rests on. */
type Quoted = Pick<SessionSignIn, 'id' | 'acr' | 'passkeyId'>;

/** A grant belongs to the sign-ins that its answers quote, and lives on while the session uses it. */
async function refreshed(grant: Grant, quoted: Quoted | undefined): Promise<Grant> {
  const halfOver =
    grant.exp !== undefined && grant.iat !== undefined && grant.remainingTTL < (grant.exp - grant.iat) / 2;
  if (grant.signInId === quoted?.id && !halfOver) return grant;
  if (halfOver) Object.assign(grant, { exp: undefined, iat: undefined, expiresIn: undefined });
  return saved(grant, quoted);
}

/**
 * What was given for a stronger sign-in, refresh tokens above all, goes on telling of it when a weaker one is quoted:
 * the grant rests on both. One that is as strong takes the place of the one before it.
 */
export async function saved(grant: Grant, quoted: Quoted | undefined): Promise<Grant> {
  if (quoted) {
    const stronger = (grant.quoted ?? []).filter(({ acr }) => compareAcr(acr, quoted.acr) > 0);
    const { id, acr, passkeyId } = quoted;
    const latest = { id, acr, ...(passkeyId && { passkeyId }) };
    Object.assign(grant, { signInId: id, quoted: [...stronger, latest] });
  }
  await grant.save();
  return grant;
}
