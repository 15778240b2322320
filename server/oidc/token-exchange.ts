/** Token exchange (RFC 8693), for delegation alone: whose token it is stays, and who acts is always said. */
import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';
import { allowedScopes, isAllowed, isOf } from '../apis/allowed.ts';
import type { Api } from '../apis/api.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import { belongsTo, type Detail } from '../apis/details.ts';
import { tokenExchange } from '../apps/client-metadata.ts';
import { mayUse } from './admission.ts';
import type { FindAccount } from './find-account.ts';
import { resourceServer } from './resources.ts';
import {
  chainOf,
  createSubjectReader,
  exchanges,
  type ReaderDependencies,
  type StandingDependencies,
  type SubjectToken,
  standingGrant,
} from './subject-token.ts';

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';

/** So many apps may act one for another. */
const longestChain = 5;

interface Params {
  subject_token?: string;
  subject_token_type?: string;
  actor_token?: string;
  actor_token_type?: string;
  requested_token_type?: string;
  audience?: string;
  resource?: string;
  scope?: string;
}

const parameters = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  ...['requested_token_type', 'audience', 'resource', 'scope'],
];

type Context = TokenEndpointGrantContext<Params>;

export interface ExchangeDependencies extends ReaderDependencies, Omit<StandingDependencies, 'provider'> {
  apis: Pick<ApiCache, 'find'>;
  findAccount: FindAccount;
}

/** Whatever is wrong with the token itself is one error (RFC 8693 §2.2.2), and says no more. */
const unacceptable = () => new errors.InvalidRequest('subject_token cannot be exchanged by this app');

export function allowTokenExchange(provider: Provider, dependencies: ExchangeDependencies): void {
  const read = createSubjectReader(provider, dependencies);
  const standing = { provider, ...dependencies };
  provider.registerGrantType<Params>(
    tokenExchange,
    async (ctx) => {
      const presented = requireRequest(ctx);
      const subject = await read(presented);
      const grant =
        subject && exchanges(ctx.oidc.client, subject.client_id) && (await standingGrant(standing, subject));
      if (!subject || !grant) throw unacceptable();
      const chain = chainOf(grant.clientId ?? '', subject.act);
      if (chain.length >= longestChain) throw new errors.InvalidRequest('too many apps act one for another');
      const account = await requirePerson(
        ctx,
        { ...dependencies, provider },
        { sub: grant.accountId ?? '', chain },
      );
      const api = await requireApi(ctx, dependencies, { subject, chain });
      ctx.oidc.entity('Account', account);
      ctx.oidc.entity('Grant', grant);
      await issue(provider, ctx, { subject, api, accountId: account.accountId, chain });
    },
    parameters,
  );
}

/** @throws InvalidRequest */
function requireRequest({ oidc: { params } }: Context): string {
  const { subject_token: token, subject_token_type: type, requested_token_type: wanted } = params;
  if (!token) throw new errors.InvalidRequest('missing required parameter subject_token');
  if (type !== accessToken && type !== jwt)
    throw new errors.InvalidRequest('subject_token_type must be that of an access token');
  if (wanted !== undefined && wanted !== accessToken)
    throw new errors.InvalidRequest('requested_token_type must be that of an access token');
  if (params.actor_token !== undefined || params.actor_token_type !== undefined)
    throw new errors.InvalidRequest('actor_token is not taken: the app that asks is who acts');
  return token;
}

/** They are there, and may use every app that acts for them, and this one. */
async function requirePerson(
  { oidc: { client } }: Context,
  { findAccount, provider }: Pick<ExchangeDependencies, 'findAccount'> & { provider: Provider },
  { sub, chain }: { sub: string; chain: readonly string[] },
) {
  const account = await findAccount(sub);
  const apps = [client, ...(await Promise.all(chain.map((id) => provider.Client.find(id))))];
  if (!account || !apps.every((app) => mayUse(app?.latchkey_allowed_groups, account))) throw unacceptable();
  return account;
}

/** The API that the token was for, and no other: never our own, which is none of these. @throws InvalidTarget */
async function requireApi(
  { oidc: { client, params } }: Context,
  { apis }: Pick<ExchangeDependencies, 'apis'>,
  { subject, chain }: { subject: SubjectToken; chain: readonly string[] },
): Promise<Api> {
  const named = [params.resource, params.audience].filter((each) => each !== undefined);
  const api = await apis.find(subject.aud);
  if (!api || !isOf(api, subject.iat) || !chain.every((id) => isAllowed(api, id))) throw unacceptable();
  if (named.some((each) => each !== api.audience) || !isAllowed(api, client.clientId))
    throw new errors.InvalidTarget(
      'resource must be that of the subject token, and one that this app may use',
    );
  return api;
}

interface Issuing {
  subject: SubjectToken;
  api: Api;
  accountId: string;
  chain: readonly string[];
}

async function issue(provider: Provider, ctx: Context, { subject, api, accountId, chain }: Issuing) {
  const { client } = ctx.oidc;
  const scope = requireScope(ctx, { subject, api, chain });
  const token = new provider.AccessToken({ accountId, client, scope, gty: tokenExchange } as never);
  token.resourceServer = new provider.ResourceServer(api.audience, resourceServer(api, scope.split(' ')));
  await bind(provider, ctx, { token, subject });
  const kept = keptDetails({ subject, api, chain: [...chain, client.clientId] });
  // Never longer than what it comes from: of nothing left, oidc-provider would make a whole life.
  const left = subject.exp - Math.floor(Date.now() / 1000);
  if (left < 1) throw unacceptable();
  Object.assign(token, {
    expiresIn: Math.min(token.expiration, left),
    ...(kept.length > 0 && { rar: kept }),
  });
  const { acr, auth_time, grant_id, sign_in_id, act } = subject;
  const said = { acr, auth_time, grant_id, sign_in_id, act: { sub: client.clientId, ...(act && { act }) } };
  exchanged.set(token, JSON.parse(JSON.stringify(said)));
  ctx.oidc.entity('AccessToken', token);
  ctx.body = buildTokenResponse(provider, {
    accessToken: await token.save(),
    issuedTokenType: accessToken,
    tokenType: token.tokenType,
    expiresIn: token.expiration,
    scope,
    ...(kept.length > 0 && { authorizationDetails: kept as never }),
  });
}

const exchanged = new WeakMap<object, Record<string, unknown>>();

/** What an exchanged token says beside its own: on which grant it stands, and who acts. */
export const exchangedClaims = (token: object): Record<string, unknown> | undefined => exchanged.get(token);

/** What the token had, as far as everybody in the chain and this app may have it today. @throws InvalidScope */
function requireScope({ oidc }: Context, { subject, api, chain }: Omit<Issuing, 'accountId'>): string {
  const appIds = [...chain, oidc.client.clientId];
  const had = subject.scope.split(' ').filter(Boolean);
  const may = had.filter((scope) => appIds.every((id) => allowedScopes(api, id, 'people').includes(scope)));
  const asked = oidc.params.scope?.split(' ') ?? may;
  const beyond = asked.filter((scope) => !may.includes(scope));
  if (beyond.length > 0 || asked.length === 0)
    throw new errors.InvalidScope('scope is beyond that of the subject token', beyond.join(' '));
  return [...new Set(asked)].join(' ');
}

/** What the token had, as far as everybody in the chain may have it today. */
function keptDetails({ subject, api, chain }: Omit<Issuing, 'accountId'>): Detail[] {
  const details = (subject.authorization_details ?? []) as Detail[];
  return details.filter((detail) => chain.every((id) => belongsTo(api, id, detail)));
}

interface Binding {
  token: InstanceType<Provider['AccessToken']>;
  subject: SubjectToken;
}

/** A token that is bound to a key needs a proof of it here as anywhere (RFC 9449 §7, RFC 8705 §3), and so does the next. */
async function bind(provider: Provider, ctx: Context, { token, subject: { cnf } }: Binding): Promise<void> {
  const proof = await validateDpop(provider, ctx);
  const certificate = checkMtlsCert(provider, ctx, errors.InvalidRequest);
  checkDpopRequired(provider, ctx, proof, errors.InvalidRequest);
  if (certificate) token.setThumbprint('x5t', certificate as never);
  await checkDpopReplay(provider, ctx, proof, ctx.oidc.client.clientId, errors.InvalidRequest);
  if (proof) token.setThumbprint('jkt', proof.thumbprint);
  const isProven =
    (cnf?.jkt === undefined || cnf.jkt === proof?.thumbprint) &&
    (cnf?.['x5t#S256'] === undefined || cnf['x5t#S256'] === token['x5t#S256']);
  if (!isProven) throw unacceptable();
}
