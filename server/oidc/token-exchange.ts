/**
 * Token exchange (RFC 8693): whose token it is stays. Who acts is always said, but in a token that was asked for as an
 * impersonation, and allowed.
 */
import { errors, type Provider } from 'oidc-provider';
import { isAllowed, isOf } from '../apis/allowed.ts';
import type { Api } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { tokenExchange } from '../apps/client-metadata.ts';
import { mayUse } from './admission.ts';
import {
  accessToken,
  type Exchange,
  type ExchangeContext,
  type ExchangeParams,
  giveToken,
  prepareToken,
  unacceptable,
} from './exchanged-token.ts';
import type { FindAccount } from './find-account.ts';
import {
  type ImpersonationDependencies,
  impersonates,
  impersonation,
  mayBeImpersonated,
} from './impersonation.ts';
import { type RecordingDependencies, recordImpersonation } from './record-impersonation.ts';
import {
  chainOf,
  createSubjectReader,
  exchanges,
  type ReaderDependencies,
  type SubjectToken,
  standingGrant,
} from './subject-token.ts';

const jwt = 'urn:ietf:params:oauth:token-type:jwt';

/** So many apps may act one for another. */
const longestChain = 5;

const parameters = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  ...['requested_token_type', 'audience', 'resource', 'scope'],
];

export interface ExchangeDependencies
  extends ReaderDependencies,
    RecordingDependencies,
    Omit<ImpersonationDependencies, 'provider'> {
  apis: Pick<ApiCache, 'find'>;
}

export function allowTokenExchange(provider: Provider, dependencies: ExchangeDependencies): void {
  const read = createSubjectReader(provider, dependencies);
  const standing = { provider, ...dependencies };
  provider.registerGrantType<ExchangeParams>(
    tokenExchange,
    async (ctx) => {
      const { presented, isImpersonation } = requireRequest(ctx, dependencies);
      const { client } = ctx.oidc;
      const subject = await read(presented);
      const grant =
        subject && exchanges(client, subject.client_id) && (await standingGrant(standing, subject));
      if (!subject || !grant) throw unacceptable();
      const before = chainOf(grant.clientId ?? '', subject.act);
      if (before.length >= longestChain) throw new errors.InvalidRequest('too many apps act one for another');
      const chain = [...before, client.clientId];
      const account = await requirePerson(
        { ...dependencies, provider },
        { sub: grant.accountId ?? '', chain },
      );
      if (isImpersonation) requireImpersonable(ctx, { subject, account });
      const api = await requireApi(ctx, dependencies, { subject, chain });
      ctx.oidc.entity('Account', account);
      ctx.oidc.entity('Grant', grant);
      const exchange = { subject, api, accountId: account.accountId, chain, isImpersonation };
      const token = await prepareToken(provider, ctx, exchange);
      if (isImpersonation) await recordImpersonation(dependencies, ctx, { token, exchange });
      await giveToken(provider, ctx, token);
    },
    parameters,
  );
}

/** @throws InvalidRequest */
function requireRequest(
  { oidc: { params } }: ExchangeContext,
  { config }: Pick<ExchangeDependencies, 'config'>,
): { presented: string; isImpersonation: boolean } {
  const { subject_token: presented, subject_token_type: type, requested_token_type: wanted } = params;
  const isImpersonation = wanted === impersonation;
  if (!presented) throw new errors.InvalidRequest('missing required parameter subject_token');
  if (type !== accessToken && type !== jwt)
    throw new errors.InvalidRequest('subject_token_type must be that of an access token');
  if (isImpersonation && !config.impersonation)
    throw new errors.InvalidRequest('this installation allows no impersonation');
  if (wanted !== undefined && wanted !== accessToken && !isImpersonation)
    throw new errors.InvalidRequest('requested_token_type must be that of an access token');
  if (params.actor_token !== undefined || params.actor_token_type !== undefined)
    throw new errors.InvalidRequest('actor_token is not taken: the app that asks is who acts');
  return { presented, isImpersonation };
}

/** They are there, and may use every app that acts for them, this one among these. */
async function requirePerson(
  { findAccount, provider }: { findAccount: FindAccount; provider: Provider },
  { sub, chain }: { sub: string; chain: readonly string[] },
) {
  const account = await findAccount(sub);
  const apps = await Promise.all(chain.map((id) => provider.Client.find(id)));
  if (!account || !apps.every((app) => mayUse(app?.latchkey_allowed_groups, account))) throw unacceptable();
  return account;
}

/** Of nobody who administers anything, and from the token of the app that the person allowed it: nobody acts there yet. */
function requireImpersonable(
  { oidc: { client } }: ExchangeContext,
  { subject, account }: { subject: SubjectToken; account: object },
): void {
  if (subject.act || !impersonates(client, subject.client_id) || !mayBeImpersonated(account))
    throw unacceptable();
}

/** The API that the token was for, and no other: never our own, which is none of these. @throws InvalidTarget */
async function requireApi(
  { oidc: { client, params } }: ExchangeContext,
  { apis }: Pick<ExchangeDependencies, 'apis'>,
  { subject, chain }: Pick<Exchange, 'subject' | 'chain'>,
): Promise<Api> {
  const named = [params.resource, params.audience].filter((each) => each !== undefined);
  const api = await apis.find(subject.aud);
  const before = chain.slice(0, -1);
  if (!api || !isOf(api, subject.iat) || !before.every((id) => isAllowed(api, id))) throw unacceptable();
  if (named.some((each) => each !== api.audience) || !isAllowed(api, client.clientId))
    throw new errors.InvalidTarget(
      'resource must be that of the subject token, and one that this app may use',
    );
  return api;
}
