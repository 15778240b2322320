import Router from '@koa/router';
import { AppError } from '../../errors.ts';
import { keepLatest } from '../../keep-latest.ts';
import type { PasskeyManager } from '../../passkeys/manager.ts';

/** So many are kept here, where the passkey manager may be a way off. */
const mostKept = 100;

/**
 * Pictures of models, from FIDO's metadata: PNGs that the passkey manager has looked at. They are the work of others,
 * so whatever they are, a browser takes them for a picture and for nothing else.
 */
export function createModelIconRoutes({ manager }: { manager: Pick<PasskeyManager, 'findModel'> }): Router {
  const kept = new Map<string, Buffer>();

  async function find(aaguid: string, icon: string): Promise<Buffer> {
    const key = `${aaguid} ${icon}`;
    const known = kept.get(key);
    if (known) return known;
    const { model } = await manager.findModel({ aaguid });
    if (model?.png === undefined || model.icon !== icon) throw new AppError('not_found');
    const png = Buffer.from(model.png, 'base64');
    keepLatest(kept, { key, value: png, most: mostKept });
    return png;
  }

  return new Router().get(/^\/models\/([0-9a-f-]{36})\/([0-9a-f]{16})\.png$/, async (ctx) => {
    const [aaguid = '', icon = ''] = ctx.captures ?? [];
    const png = await find(aaguid, icon);
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.set('Content-Security-Policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
    ctx.type = 'image/png';
    ctx.body = png;
  });
}
