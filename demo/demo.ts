import Koa, { type Context, type Next } from 'koa';
import { createRelyingParty, discover, rememberSuccess } from './relying-party.ts';
import { resourceServer, type Sensitivity } from './resource-server/routes.ts';
import { backchannelLogoutPath, demoRoutes, showProblem } from './routes.ts';

export interface DemoOptions {
  /** The provider's issuer, such as `http://localhost:3000`. */
  issuer: string;
  /** Where this app is reached, such as `http://localhost:3001`. */
  origin: string;
  clientId?: string;
  /** What the sign-in must be for the sensitive part: by default with a passkey, within a minute. */
  sensitivity?: Sensitivity;
}

const usual: Sensitivity = { acrValues: ['phr', 'phrh'], maxAge: 60 };

/** A small relying party: signs people in with OpenID Connect, shows what it was told, refreshes, signs out. */
export function createDemo({ issuer, origin, clientId = 'demo', sensitivity = usual }: DemoOptions): Koa {
  const app = new Koa();
  const party = createRelyingParty({ issuer, origin, clientId });
  const routes = demoRoutes(party, { issuer, origin });
  app.use(protect(issuer, origin));
  app.use((ctx, next) => next().catch((error: unknown) => showProblem(ctx, error)));
  const provider = rememberSuccess(() => discover(issuer, clientId));
  app.use(resourceServer(provider, sensitivity).routes());
  app.use(routes.routes());
  app.use(routes.allowedMethods());
  return app;
}

/** Security headers on every answer; a form that another site sends is refused. */
function protect(issuer: string, origin: string) {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    // Signing out sends the form's answer on to the provider.
    `form-action 'self' ${issuer}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      // `no-referrer` would also take the Origin from the forms below.
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    });
    // By 127.0.0.1 the session's cookie would stay behind.
    if (ctx.method === 'GET' && ctx.host !== new URL(origin).host) return ctx.redirect(`${origin}/`);
    // The provider posts too, from no page: what it posts proves itself.
    const fromPage = ctx.method === 'POST' && ctx.path !== backchannelLogoutPath;
    if (fromPage && ctx.get('Origin') !== origin) return ctx.throw(403);
    await next();
  };
}
