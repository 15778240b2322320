/** The REST API of the administration: the table of operations over HTTP, for tokens of our own issuer. */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { apiReferencePage } from '../../../views/pages/api-reference.ts';
import { AppError } from '../../errors.ts';
import { readBody } from '../../http/input.ts';
import { type ReadPage, showPage } from '../../http/page.ts';
import { countAttempt, type Limiter } from '../../http/rate-limit.ts';
import type { AuthenticateCaller } from '../../oidc/api-authentication.ts';
import type { ApiCaller } from '../../oidc/api-caller.ts';
import { type AdminDependencies, administrationFor, requireMayAsk } from '../administration.ts';
import { inputOf, routeOf } from '../http-mapping.ts';
import type { Caller } from '../permission.ts';
import { type IdempotencyDependencies, type OncePerKey, oncePerKey } from './idempotency.ts';
import { type ApiOperation, apiOperations, openApi } from './openapi.ts';
import { describeApi } from './reference.ts';

export interface ApiDependencies {
  /** Whose token it is, as it is now. @throws AppError `token_invalid` */
  authenticate: AuthenticateCaller;
  admin: AdminDependencies;
  idempotency: IdempotencyDependencies;
  limiter: Limiter;
  readPage: ReadPage;
  version: string;
}

const prefix = '/api/v1';

/** Who calls it brings a token, and no cookie. */
export const isApiPath = (path: string): boolean => path.startsWith(`${prefix}/`);

export function createApiRoutes(dependencies: ApiDependencies): Router {
  const { admin, readPage, version } = dependencies;
  const description = openApi({ issuer: admin.issuer, version });
  const router = new Router({ prefix })
    .get('/openapi.json', (ctx) => {
      ctx.set('Cache-Control', 'max-age=300');
      ctx.body = description;
    })
    .get('/', (ctx) => showPage(ctx, apiReferencePage(readPage(ctx), describeApi(admin.issuer))));
  const once = oncePerKey(dependencies.idempotency);
  for (const each of apiOperations)
    router.register(koaPath(each.path), [each.method], answering(each, { ...dependencies, once }));
  return router;
}

const koaPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

type Answering = ApiDependencies & { once: OncePerKey };

function answering(each: ApiOperation, dependencies: Answering): Middleware {
  return async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const caller = callerOf(await dependencies.authenticate(ctx));
    ctx.state.mayBeTold = true;
    await countAttempt(ctx, dependencies.limiter, `api ${idOf(caller)}`);
    const input = await receive(ctx, each);
    const work = () => call(dependencies, each, { caller, input });
    const { body, replayed } = await repeatable(ctx, { ...dependencies, each, caller, input, work });
    if (replayed) ctx.set('Idempotency-Replayed', 'true');
    const revision = revisionOf(body);
    if (revision !== undefined) ctx.set('ETag', `"${revision}"`);
    ctx.body = body;
  };
}

const callerOf = ({ app, account, scopes }: ApiCaller): Caller =>
  account ? { kind: 'account', account, scopes } : { kind: 'app', appId: app.id, scopes };

const idOf = (caller: Caller): string =>
  caller.kind === 'app' ? caller.appId : caller.kind === 'account' ? caller.account.id : 'machine';

interface Call {
  caller: Caller;
  input: object;
}

async function call({ admin }: Answering, { id }: ApiOperation, { caller, input }: Call): Promise<unknown> {
  const administration: Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>>
  > = administrationFor(caller, admin) as never;
  const [area = '', name = ''] = id.split('.');
  return administration[area]?.[name]?.(input);
}

interface Repeatable extends Pick<Answering, 'once' | 'admin'> {
  each: ApiOperation;
  caller: Caller;
  input: object;
  work: () => Promise<unknown>;
}

/** An answer from before, which may hold a secret, is for who may still ask. */
async function repeatable(ctx: Context, { each, caller, input, work, once, admin }: Repeatable) {
  const key = ctx.get('Idempotency-Key');
  if (each.method !== 'POST' || !key) return { body: await work(), replayed: false };
  if (key.length > 200) throw new AppError('field_invalid', { field: 'Idempotency-Key' });
  requireMayAsk(caller, { operation: each.operation, input }, admin.now());
  return once({ caller: `${caller.kind} ${idOf(caller)}`, key, request: [each.id, input] }, work);
}

/** @throws AppError `field_invalid`, `bad_request` */
async function receive(ctx: Context, { operation }: ApiOperation): Promise<object> {
  const { params } = ctx as Context & { params: Record<string, string> };
  return inputOf(operation, {
    path: params,
    query: new URLSearchParams(ctx.querystring),
    ifMatch: ctx.get('If-Match') || undefined,
    body: routeOf(operation).hasBody ? await bodyOf(ctx) : undefined,
  });
}

/** Nothing at all is as good as an empty object. */
async function bodyOf(ctx: Context): Promise<unknown> {
  const isEmpty = !ctx.get('Transfer-Encoding') && (ctx.request.length ?? 0) === 0;
  return isEmpty ? undefined : readBody(ctx, z.record(z.string(), z.unknown()));
}

/** Of a record, or of the one that an answer holds. */
function revisionOf(body: unknown): number | undefined {
  const record = body as { revision?: number; account?: { revision: number }; app?: { revision: number } };
  return record?.revision ?? record?.account?.revision ?? record?.app?.revision;
}
