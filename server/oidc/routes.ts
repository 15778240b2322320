import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';

/** Where apps and other sites post to: these carry credentials of their own and keep no cookie's word. */
export const openPaths: ReadonlySet<string> = new Set([
  '/auth',
  '/backchannel',
  '/request',
  '/device/auth',
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/me',
  '/session/end',
]);

const parseForm = bodyParser({ enableTypes: ['form'], formLimit: '8kb' });

const postedByBrowsers = ['/auth', '/session/end'];

/**
 * OIDC Core §3.1.2.1 and RP-Initiated Logout 1.0 §2 want POST as well. It is answered with a redirect to the same
 * request as GET: a post from another site brings no SameSite=Lax cookie, a navigation does.
 */
export const redirectPost: Middleware = async (ctx, next) => {
  if (!postedByBrowsers.includes(ctx.path) || ctx.method !== 'POST') return next();
  if (!ctx.is('application/x-www-form-urlencoded')) throw new AppError('unsupported_media_type');
  await parseForm(ctx, async () => {});
  const { rawBody = '' } = ctx.request as Context['request'] & { rawBody?: string };
  ctx.status = 303;
  ctx.redirect(`${ctx.path}?${new URLSearchParams(rawBody)}`);
};

const prefixes =
  /^\/(auth|backchannel|request|device|token|me|jwks|session\/end|\.well-known\/(openid-configuration|oauth-authorization-server))(\/|$)/;

/** The protocol's own endpoints: oidc-provider answers. */
export const protocolEndpoints =
  (endpoints: Middleware): Middleware =>
  (ctx, next) =>
    prefixes.test(ctx.path) ? endpoints(ctx, next) : next();
