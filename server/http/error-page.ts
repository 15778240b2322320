import { errorPage } from '../../views/pages/error.ts';
import { isOfSites } from '../site-paths.ts';
import type { RenderErrorPage } from './errors.ts';
import type { ReadPage } from './page.ts';

/** The page that people see where something went wrong, with a way on. */
export function createErrorRenderer(readPage: ReadPage, issuer: string): RenderErrorPage {
  return (ctx, { status, code, message }) => {
    const retries = code === 'unavailable' && ctx.method === 'GET';
    const startUrl = isOfSites(ctx.path) ? `${issuer}/account` : '/account';
    return String(errorPage(readPage(ctx), { status, code, description: message, startUrl, retries }));
  };
}
