import Router from '@koa/router';
import type { Context } from 'koa';
import type { App } from '../apps/app.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { requestFacts } from '../http/request.ts';
import { randomToken } from '../secret/secret.ts';
import { authRequestPath, forwardAuthPath, siteBase, siteCallback } from '../site-paths.ts';
import { authorizationUrl, signOutUrl } from './addresses.ts';
import { type Asked, isNavigation, readForwarded, readOriginal, readSite, returnPath } from './asked.ts';
import { type DecisionDependencies, decide } from './decide.ts';
import { type RedeemDependencies, redeem } from './redeem.ts';
import type { SignInStates } from './sign-in-state.ts';
import { findSite, type Site } from './site.ts';
import { readSiteCookie, siteCookie } from './site-cookies.ts';
import type { SiteSessions } from './site-session.ts';

export interface ForwardAuthDependencies extends DecisionDependencies, RedeemDependencies {
  config: Pick<Config, 'lifetimes'>;
  siteSessions: SiteSessions;
  states: SignInStates;
  apps: { findByOrigin(origin: string): Promise<App | undefined> };
}

/**
 * For gateways, and for browsers on the origin of a site. Whoever is not a trusted hop is answered nothing: what is asked
 * about, and on which site, is the gateway's word.
 */
export function createForwardAuthRoutes(dependencies: ForwardAuthDependencies): Router {
  return new Router()
    .get(forwardAuthPath, (ctx) => answerGateway(dependencies, ctx, 'redirect'))
    .get(authRequestPath, (ctx) => answerGateway(dependencies, ctx, 'status'))
    .get(`${siteBase}/sign-in`, (ctx) => signIn(dependencies, ctx))
    .get(siteCallback, (ctx) => comeBack(dependencies, ctx))
    .get(`${siteBase}/sign-out`, (ctx) => signOut(dependencies, ctx));
}

/** @param by what the gateway can do with an answer: nginx takes no redirect, and asks again by X-Forwarded-* for one */
async function answerGateway(
  dependencies: ForwardAuthDependencies,
  ctx: Context,
  by: 'redirect' | 'status',
): Promise<void> {
  const told = gatewaySays(ctx);
  const asked = by === 'redirect' ? readForwarded(told) : readOriginal(told);
  if (!asked) throw new AppError('bad_request', { detail: 'the gateway does not say what is asked for' });
  const site = await siteAt(dependencies, asked.origin);
  const navigates = isNavigation(asked.method, fetchFacts(ctx));
  const decision = await decide(dependencies, site, {
    uri: asked.uri,
    cookie: readSiteCookie(ctx.get('Cookie'), 'session', site.origin),
    isNavigation: navigates,
  });
  if (decision === 'not_allowed') throw new AppError('app_not_allowed', { detail: site.app.id });
  if (decision === 'sign_in') {
    if (by === 'status' || !navigates) throw new AppError('session_required');
    return sendToSignIn(ctx, asked);
  }
  ctx.set(decision.headers);
  ctx.status = 204;
}

/** On the origin of the site, where the cookie of the sign-in can be set. The whole query is where to go on. */
function sendToSignIn(ctx: Context, { origin, uri }: Asked): void {
  ctx.status = 302;
  // Not by ctx.redirect: what was asked for goes on as it came.
  ctx.set('Location', `${origin}${siteBase}/sign-in?${returnPath(uri, siteBase)}`);
}

async function signIn(dependencies: ForwardAuthDependencies, ctx: Context): Promise<void> {
  const site = await ownSite(dependencies, ctx);
  const { origin } = site;
  const browser = readSiteCookie(ctx.get('Cookie'), 'sign-in', origin) ?? randomToken();
  const to = returnPath(ctx.querystring, siteBase);
  const begun = dependencies.states.begin({ origin, to, browser });
  ctx.set('Set-Cookie', siteCookie('sign-in', { origin, value: browser, seconds: 3600 }));
  ctx.status = 303;
  ctx.set('Location', authorizationUrl(dependencies.issuer, site, begun));
}

async function comeBack(dependencies: ForwardAuthDependencies, ctx: Context): Promise<void> {
  const site = await ownSite(dependencies, ctx);
  const { origin, app } = site;
  const answer = new URLSearchParams(ctx.querystring);
  const browser = readSiteCookie(ctx.get('Cookie'), 'sign-in', origin);
  const begun = browser && dependencies.states.read(answer.get('state') ?? '', { origin, browser });
  if (!begun) throw new AppError('interaction_expired', { detail: 'not begun in this browser' });
  if (answer.get('error') === 'access_denied') throw new AppError('app_not_allowed', { detail: app.id });
  const code = answer.get('code');
  if (code === null || answer.get('iss') !== dependencies.issuer)
    throw new AppError('interaction_expired', { detail: answer.get('error') ?? 'no code of ours' });
  const cookie = await redeem(dependencies, site, { code, challenge: begun.challenge });
  const before = readSiteCookie(ctx.get('Cookie'), 'session', origin);
  if (before !== undefined) await dependencies.siteSessions.end(before);
  ctx.set('Set-Cookie', siteCookie('session', { origin, value: cookie }));
  ctx.status = 303;
  ctx.set('Location', origin + begun.to);
}

/** To the issuer's page, where the person says whether to sign out, as other sites may lead a browser here (O11). */
async function signOut(dependencies: ForwardAuthDependencies, ctx: Context): Promise<void> {
  const site = await ownSite(dependencies, ctx);
  ctx.status = 303;
  ctx.set('Location', signOutUrl(dependencies.issuer, site));
}

function gatewaySays(ctx: Context) {
  const { gateway } = requestFacts(ctx);
  if (!gateway) throw new AppError('forbidden', { detail: 'not asked by a hop of LATCHKEY_TRUSTED_PROXIES' });
  return gateway;
}

function ownSite(dependencies: ForwardAuthDependencies, ctx: Context): Promise<Site> {
  const origin = readSite(gatewaySays(ctx));
  if (!origin) throw new AppError('bad_request', { detail: 'the gateway does not say for which site' });
  return siteAt(dependencies, origin);
}

async function siteAt(dependencies: ForwardAuthDependencies, origin: string): Promise<Site> {
  const site = await findSite(dependencies, origin);
  if (!site) throw new AppError('forbidden', { detail: `no app is at ${origin}` });
  return site;
}

const fetchFacts = (ctx: Context) => ({
  mode: ctx.get('Sec-Fetch-Mode') || undefined,
  accept: ctx.get('Accept') || undefined,
});
