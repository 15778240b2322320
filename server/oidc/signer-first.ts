import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Signer } from '../external-signing/signer.ts';

/** Milliseconds that a signer which answered is taken to be there. */
const trusted = 1000;

/**
 * Asks whether the signer is there before a code or a refresh token is used up: once it is, an app that tried again
 * would be taken for somebody who stole it.
 */
export function signerFirst({ keys }: Pick<Signer, 'keys'>, now: () => number) {
  let answeredAt = Number.NEGATIVE_INFINITY;
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (ctx.path === '/token' && Math.abs(now() - answeredAt) > trusted) {
      try {
        await keys();
        answeredAt = now();
      } catch {
        ctx.status = 503;
        ctx.set('Retry-After', '5');
        ctx.body = { error: 'temporarily_unavailable', error_description: 'Please try again in a moment.' };
        return;
      }
    }
    await next();
  };
}
