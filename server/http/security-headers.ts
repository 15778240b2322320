import type { Middleware, ParameterizedContext } from 'koa';
import helmet from 'koa-helmet';
import { isOfSites } from '../site-paths.ts';

/**
 * On every answer. oidc-provider adds hashes of its inline scripts to `script-src`, so this must run before it.
 * `form-action` is absent on purpose: browsers apply it to every redirect after a form is sent, and the answer to a
 * form (response mode form_post, sign-out) goes on to the app.
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

const permissions = [
  'publickey-credentials-get=(self)',
  'publickey-credentials-create=(self)',
  ...['camera', 'microphone', 'geolocation', 'payment', 'usb', 'display-capture'].map((name) => `${name}=()`),
].join(', ');

const twoYears = 2 * 365 * 24 * 60 * 60;

/**
 * What an app may open in a popup. `Cross-Origin-Opener-Policy` on any answer of that chain, redirects too, would cut
 * the app off from its popup for good, so these go without.
 */
const openedByApps = /^\/(auth|interaction|session\/end)(\/|$)/;

/** @param issuer on https, browsers are told to stay there */
export function securityHeaders(issuer: string): Middleware {
  const set = helmet({
    contentSecurityPolicy,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    hsts: issuer.startsWith('https:') && { maxAge: twoYears, includeSubDomains: false },
  });
  let headers: Record<string, string> | undefined;
  return async (ctx, next) => {
    headers ??= await headersOf(set, ctx);
    ctx.set(headers);
    // What a browser keeps of a host is for whoever runs it to say, and a site is not ours.
    if (isOfSites(ctx.path)) ctx.remove('Strict-Transport-Security');
    if (openedByApps.test(ctx.path)) ctx.remove('Cross-Origin-Opener-Policy');
    return next();
  };
}

/** Helmet's dozen steps come to the same headers for every answer: the first one tells which. */
async function headersOf(set: Middleware, ctx: ParameterizedContext): Promise<Record<string, string>> {
  const before = { ...ctx.response.headers };
  await set(ctx, async () => {});
  const made = Object.entries(ctx.response.headers).filter(([name]) => !(name in before));
  return {
    ...Object.fromEntries(made.map(([name, value]) => [name, String(value)])),
    'permissions-policy': permissions,
    'cache-control': 'no-store',
  };
}
