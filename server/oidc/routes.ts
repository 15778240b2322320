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

const endpoints: ReadonlySet<string> = new Set([
  ...openPaths,
  '/device',
  '/jwks',
  '/session/end/confirm',
  '/session/end/success',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);

/** Where a sign-in goes on. */
const resumption = /^\/(auth|device)\/(?![Aa][Uu][Tt][Hh]$)[\w-]+$/;

/**
 * The protocol's own endpoints: oidc-provider answers. It would take other spellings as well (`/AUTH`, `/auth/`), which
 * no pattern of ours knows, and nothing would count them: those lead nowhere.
 */
export const protocolEndpoints =
  (answer: Middleware): Middleware =>
  (ctx, next) =>
    endpoints.has(ctx.path) || resumption.test(ctx.path) ? answer(ctx, next) : next();
