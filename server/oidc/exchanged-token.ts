/** The token that comes of an exchange: what it holds, how long it lives, what it is bound to, and what it says. */
import { type Client, errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';
import { allowedScopes } from '../apis/allowed.ts';
import type { Api } from '../apis/api.ts';
import { belongsTo, type Detail } from '../apis/details.ts';
import { tokenExchange } from '../apps/client-metadata.ts';
import { longestImpersonation } from './impersonation.ts';
import { signInOf } from './quote.ts';
import { resourceServer } from './resources.ts';
import type { SubjectToken } from './subject-token.ts';

export const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

export interface ExchangeParams {
  subject_token?: string;
  subject_token_type?: string;
  actor_token?: string;
  actor_token_type?: string;
  requested_token_type?: string;
  audience?: string;
  resource?: string;
  scope?: string;
}

export type ExchangeContext = TokenEndpointGrantContext<ExchangeParams>;

/** Whatever is wrong with the token itself is one error (RFC 8693 §2.2.2), and says no more. */
export const unacceptable = () => new errors.InvalidRequest('subject_token cannot be exchanged by this app');

export interface Exchange {
  subject: SubjectToken;
  api: Api;
  accountId: string;
  /** Every app that has, or had, the token, and the one that asks. */
  chain: readonly string[];
  /** Nobody says who acts. */
  isImpersonation: boolean;
}

type AccessToken = InstanceType<Provider['AccessToken']>;

/** Everything that may be refused comes before what it resolves to. */
export async function prepareToken(provider: Provider, ctx: ExchangeContext, exchange: Exchange) {
  const { client } = ctx.oidc;
  const { subject, api, accountId } = exchange;
  const scope = requireScope(ctx, exchange);
  const token = new provider.AccessToken({ accountId, client, scope, gty: tokenExchange } as never);
  token.resourceServer = new provider.ResourceServer(api.audience, resourceServer(api, scope.split(' ')));
  await bind(provider, ctx, { token, subject });
  const kept = keptDetails(exchange);
  // Never longer than what it comes from: of nothing left, oidc-provider would make a whole life.
  const left = subject.exp - Math.floor(Date.now() / 1000);
  if (left < 1) throw unacceptable();
  Object.assign(token, {
    expiresIn: Math.min(token.expiration, left, ...(exchange.isImpersonation ? [longestImpersonation] : [])),
    ...(kept.length > 0 && { rar: kept }),
  });
  exchanged.set(token, saidBy(client, exchange));
  return token;
}

export async function giveToken(provider: Provider, ctx: ExchangeContext, token: AccessToken): Promise<void> {
  const { rar } = token as { rar?: Detail[] };
  ctx.oidc.entity('AccessToken', token);
  ctx.body = buildTokenResponse(provider, {
    accessToken: await token.save(),
    issuedTokenType: accessToken,
    tokenType: token.tokenType,
    expiresIn: token.expiration,
    ...(token.scope !== undefined && { scope: token.scope }),
    ...(rar && { authorizationDetails: rar as never }),
  });
}

/** How and when a person signed in is not said of an app that stands in their place: it did not. */
function saidBy(client: Client, { subject, isImpersonation }: Exchange): Record<string, unknown> {
  const { acr, auth_time, grant_id, sign_in_id, act } = subject;
  const acting = { sub: client.clientId, ...(act && { act }) };
  const said = { acr, auth_time, grant_id, ...signInOf(sign_in_id, client), act: acting };
  return JSON.parse(JSON.stringify(isImpersonation ? { grant_id } : said));
}

const exchanged = new WeakMap<object, Record<string, unknown>>();

/** What an exchanged token says beside its own: on which grant it stands, and who acts. */
export const exchangedClaims = (token: object): Record<string, unknown> | undefined => exchanged.get(token);

/** What the token had, as far as everybody in the chain may have it today. @throws InvalidScope */
function requireScope({ oidc }: ExchangeContext, { subject, api, chain }: Exchange): string {
  const had = subject.scope.split(' ').filter(Boolean);
  const may = had.filter((scope) => chain.every((id) => allowedScopes(api, id, 'people').includes(scope)));
  const asked = oidc.params.scope?.split(' ') ?? may;
  const beyond = asked.filter((scope) => !may.includes(scope));
  if (beyond.length > 0 || asked.length === 0)
    throw new errors.InvalidScope('scope is beyond that of the subject token', beyond.join(' '));
  return [...new Set(asked)].join(' ');
}

/** What the token had, as far as everybody in the chain may have it today. */
function keptDetails({ subject, api, chain }: Exchange): Detail[] {
  const details = (subject.authorization_details ?? []) as Detail[];
  return details.filter((detail) => chain.every((id) => belongsTo(api, id, detail)));
}

interface Binding {
  token: AccessToken;
  subject: SubjectToken;
}

/** A token that is bound to a key needs a proof of it here as anywhere (RFC 9449 §7, RFC 8705 §3), and so does the next. */
async function bind(provider: Provider, ctx: ExchangeContext, { token, subject: { cnf } }: Binding) {
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
