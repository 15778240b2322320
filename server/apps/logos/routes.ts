import Router from '@koa/router';
import { AppError } from '../../errors.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import type { App } from '../app.ts';
import { logoKey } from './logo-url.ts';
import { createLogos } from './logos.ts';

interface Dependencies {
  findApp: (id: string) => Promise<App | undefined>;
  outbound: Pick<Outbound, 'ask'>;
  now: () => number;
}

/** Logos of apps: the work of others, so a browser takes them for a picture and for nothing else. */
export function createLogoRoutes({ findApp, outbound, now }: Dependencies): Router {
  const logoOf = createLogos(outbound, now);
  return new Router().get('/logos/:key/:id', async (ctx) => {
    const { key = '', id = '' } = ctx.params as Record<string, string>;
    const app = await findApp(id);
    if (app?.logoUri === undefined || logoKey(app.logoUri) !== key) throw new AppError('not_found');
    const { type, bytes } = await logoOf(app);
    ctx.set('Cache-Control', 'public, max-age=3600');
    ctx.set('Content-Security-Policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
    ctx.type = type;
    ctx.body = bytes;
  });
}
