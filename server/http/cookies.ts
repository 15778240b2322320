import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'koa';

const longest = 2048;

/** `__Host-` keeps sibling subdomains from planting a cookie; browsers take it on https alone. */
function cookieName(ctx: Context, name: string): string {
  return ctx.secure ? `__Host-latchkey_${name}` : `latchkey_${name}`;
}

/** Signed, HttpOnly, SameSite=Lax, and Secure on https. Without `minutes` it goes when the browser closes. */
export function setCookie(
  ctx: Context,
  name: string,
  { value, minutes }: { value: string; minutes?: number },
): void {
  ctx.cookies.set(cookieName(ctx, name), value, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    path: '/',
    overwrite: true,
    ...(minutes !== undefined && { maxAge: minutes * 60_000 }),
  });
}

/** `undefined` unless the signature holds. */
export function readCookie(ctx: Context, name: string): string | undefined {
  const value = ctx.cookies.get(cookieName(ctx, name), { signed: true });
  return value && value.length <= longest ? value : undefined;
}

export function clearCookie(ctx: Context, name: string): void {
  ctx.cookies.set(cookieName(ctx, name), null, { signed: true, path: '/', overwrite: true });
}

/**
 * Names the browser, to bind ceremonies to it: what was begun in one cannot be finished in another.
 * Base64url SHA-256 of a random cookie, which is set where it is missing.
 */
export function browserBinding(ctx: Context): string {
  ctx.state.browser ??= readCookie(ctx, 'browser') ?? newBrowser(ctx);
  return createHash('sha256')
    .update(ctx.state.browser as string)
    .digest('base64url');
}

function newBrowser(ctx: Context): string {
  const value = randomBytes(32).toString('base64url');
  setCookie(ctx, 'browser', { value });
  return value;
}
