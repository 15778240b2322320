import Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { AccountData } from '../../../views/pages/account.ts';
import { type RequestCard, requestsSection } from '../../../views/pages/account-requests.ts';
import type { Account } from '../../accounts/account.ts';
import { type PersonDependencies, requirePerson } from '../../accounts/routes.ts';
import { browserBinding } from '../../http/cookies.ts';
import { readBody } from '../../http/input.ts';
import type { ReadPage } from '../../http/page.ts';
import { countAttempt, type Limiter } from '../../http/rate-limit.ts';
import { surroundings } from '../../http/request.ts';
import type { SealedCookie } from '../../http/sealed-cookie.ts';
import { type ApprovalDependencies, approve, beginApproval, decline } from './approval.ts';

export interface BackchannelDependencies extends ApprovalDependencies, PersonDependencies {
  present: (account: Account) => Promise<RequestCard[]>;
  readPage: ReadPage;
  news: SealedCookie<NonNullable<AccountData['news']>>;
  accountLimiter: Limiter;
}

const id = z.string().min(1).max(200);
const bodies = {
  one: z.strictObject({ id }),
  answer: z.strictObject({ id, response: z.looseObject({}) }),
};

type Handler = (dependencies: BackchannelDependencies, ctx: Context, account: Account) => Promise<void>;

/** What apps asked of a person by themselves, answered on the account page: everything below `/account/requests`. */
export function createBackchannelRoutes(dependencies: BackchannelDependencies): Router {
  const own = (handler: Handler) => async (ctx: Context) => {
    const { account } = await requirePerson(dependencies, ctx);
    if (ctx.method === 'POST') await countAttempt(ctx, dependencies.accountLimiter, account.id);
    await handler(dependencies, ctx, account);
  };
  return new Router({ prefix: '/account/requests' })
    .get('/', own(show))
    .post('/options', own(giveOptions))
    .post('/approve', own(approveRequest))
    .post('/decline', own(declineRequest));
}

const show: Handler = async ({ present, readPage, now }, ctx, account) => {
  const requests = await present(account);
  const ids = requests.map((request) => request.id).join(' ');
  ctx.body = { ids, html: String(requestsSection(readPage(ctx), { requests, now: now() })) };
};

const giveOptions: Handler = async (dependencies, ctx, account) => {
  const asked = await readBody(ctx, bodies.one);
  ctx.body = await beginApproval(dependencies, { ...asked, account, browser: browserBinding(ctx) });
};

const approveRequest: Handler = async (dependencies, ctx, account) => {
  const { response, ...asked } = await readBody(ctx, bodies.answer);
  const place = { ...surroundings(ctx), account, browser: browserBinding(ctx) };
  // The passkey manager checks every part of the answer.
  const { app } = await approve(dependencies, { ...place, ...asked, response: response as never });
  dependencies.news.set(ctx, { kind: 'request-approved', appName: app.name });
  ctx.body = {};
};

const declineRequest: Handler = async (dependencies, ctx, account) => {
  const { app } = await decline(dependencies, { ...(await readBody(ctx, bodies.one)), account });
  dependencies.news.set(ctx, { kind: 'request-declined', appName: app.name });
  ctx.body = {};
};
