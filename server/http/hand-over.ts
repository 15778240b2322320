import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { Context } from 'koa';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Lets another application, such as oidc-provider, answer the request. Headers that are set already stay, and
 * resolves once the answer is sent, so that time and status are known here.
 */
export async function handOver(ctx: Context, handler: Handler): Promise<void> {
  ctx.respond = false;
  await new Promise<void>((resolve, reject) => {
    finished(ctx.res, () => resolve());
    Promise.try(handler, ctx.req, ctx.res).catch(reject);
  });
}
