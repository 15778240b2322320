import { Readable } from 'node:stream';
import Router from '@koa/router';
import type { Context } from 'koa';
import type { ConsoleContext } from '../../views/console/frame.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { AccountRepository } from '../accounts/account.ts';
import { type AdminDependencies, administrationFor } from '../admin/administration.ts';
import { permissionsOf } from '../admin/permission.ts';
import { consoleAppId } from '../apps/builtin-apps.ts';
import { hasAdministrator } from '../enrolment/link.ts';
import { readForm } from '../http/input.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import { countAttempt, type Limiter } from '../http/rate-limit.ts';
import type { SealedCookie } from '../http/sealed-cookie.ts';
import { findSession } from '../oidc/start-session.ts';
import type { Account, SignInRepository } from '../storage.ts';
import { consoleRoutes, sectionsFor, startOf } from './table.ts';
import { addTrialRoutes, type TrialDependencies } from './trial/routes.ts';
import type { Answer, ConsoleRoute, Told, Visit } from './visit.ts';

export interface ConsoleDependencies extends TrialDependencies {
  accounts: AccountRepository;
  signIns: Pick<SignInRepository, 'findById'>;
  admin: AdminDependencies;
  /** What was just done, told on the next page. */
  told: SealedCookie<Told>;
  readPage: ReadPage;
  certificateMethods: readonly string[];
  /** Counts what one person does from one address. */
  limiter: Limiter;
  now: () => number;
}

/** A passkey has to have been used this lately. */
const recently = 15 * 60 * 1000;
/** What is asked of a new sign-in: less, so that who comes back is recent for sure. Seconds. */
const maxAge = 14 * 60;

/** The console: pages of the one table of operations, for people with a role who have just used a passkey. */
export function createConsoleRoutes(dependencies: ConsoleDependencies): Router {
  const router = new Router({ prefix: consoleUrls.start }).get('/', (ctx) => enter(dependencies, ctx));
  addTrialRoutes(
    router,
    (handler) => (ctx) => visiting(dependencies, ctx, (visit) => handler(ctx, visit)),
    dependencies,
  );
  for (const route of consoleRoutes)
    router.register(route.path, [route.method], (ctx) => serve(dependencies, ctx, route));
  return router;
}

function serve(dependencies: ConsoleDependencies, ctx: Context, route: ConsoleRoute): Promise<void> {
  return visiting(dependencies, ctx, async (visit) => answer(dependencies, ctx, await route.run(visit)));
}

async function visiting(
  dependencies: ConsoleDependencies,
  ctx: Context,
  handle: (visit: Visit) => Promise<void>,
): Promise<void> {
  const account = await findOperator(dependencies, ctx);
  if (!account) return signInFirst(dependencies, ctx, placeOf(ctx));
  if (ctx.method === 'POST') await countAttempt(ctx, dependencies.limiter, account.id);
  await handle(await visitOf(dependencies, ctx, account));
}

/** Where a sign-in leads back to: `state` says which page was asked for (RFC 6749 §4.1.1). */
async function enter(dependencies: ConsoleDependencies, ctx: Context): Promise<void> {
  const account = await findOperator(dependencies, ctx);
  if (!account) return signInFirst(dependencies, ctx);
  const { state } = ctx.query;
  const wanted = typeof state === 'string' && isConsolePage(state) ? state : undefined;
  const permissions = permissionsOf({ kind: 'account', account }, dependencies.now());
  redirect(ctx, wanted ?? startOf(permissions));
}

/** A path of ours, and nothing that a browser would take for another address. */
const isConsolePage = (path: string) =>
  /^\/console\/[\w/?&=.%~:@+-]{1,500}$/.test(path) && !path.includes('//');

/** After a form it is the page that it stands on: what was sent is not sent again by itself. */
function placeOf(ctx: Context): string | undefined {
  const path = ctx.method === 'GET' ? ctx.originalUrl : ctx.path.replace(/\/[^/]*$/, '');
  return isConsolePage(path) ? path : undefined;
}

/** Signed in, and with a passkey a few minutes ago. */
async function findOperator(
  { provider, accounts, signIns, now }: ConsoleDependencies,
  ctx: Context,
): Promise<Account | undefined> {
  const session = await findSession(provider, ctx);
  if (!session?.signIn) return undefined;
  const [account, signIn] = await Promise.all([
    accounts.findBySub(session.sub),
    signIns.findById(session.signIn.id),
  ]);
  const isRecent = signIn !== undefined && now() - signIn.at <= recently;
  return isRecent && account?.status === 'active' ? account : undefined;
}

/** As on the account page: an app of its own that wants a session and no token. Who does not want to goes home. */
async function signInFirst(
  { issuer, accounts }: ConsoleDependencies,
  ctx: Context,
  place?: string,
): Promise<void> {
  const query = new URLSearchParams({
    client_id: consoleAppId,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${issuer}${consoleUrls.start}`,
    max_age: String(maxAge),
    ...(place && { state: place }),
  });
  const goHome = 'error' in ctx.query || !(await hasAdministrator({ accounts }));
  redirect(ctx, goHome ? '/' : `/auth?${query}`);
}

async function visitOf(dependencies: ConsoleDependencies, ctx: Context, account: Account): Promise<Visit> {
  const { admin, told, readPage, now } = dependencies;
  const caller = { kind: 'account', account } as const;
  const permissions = permissionsOf(caller, now());
  const { name, userName, role } = account;
  const operator = { name, userName, role, sections: sectionsFor(permissions) };
  const page: ConsoleContext = { ...readPage(ctx), userName, operator, now: now() };
  const before = told.read(ctx);
  if (before) told.clear(ctx);
  return {
    admin: administrationFor(caller, admin),
    permissions,
    sendsMail: admin.mail !== undefined,
    algorithms: admin.signingKeys.algorithms,
    certificateMethods: dependencies.certificateMethods,
    account,
    page,
    params: ctx.params as Record<string, string>,
    query: singleValues(ctx),
    form: ctx.method === 'POST' ? await readForm(ctx) : new URLSearchParams(),
    ...(before && { told: before }),
    now: now(),
  };
}

/** Of a parameter that is given twice, the first. */
function singleValues(ctx: Context): Visit['query'] {
  return Object.fromEntries(
    Object.entries(ctx.query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function answer({ told }: ConsoleDependencies, ctx: Context, given: Answer): void {
  if ('page' in given) showPage(ctx, given.page, given.status);
  else if ('json' in given) ctx.body = given.json;
  else if ('download' in given) {
    ctx.attachment(given.download.name);
    ctx.type = given.download.type;
    const { body } = given.download;
    ctx.body = typeof body === 'string' ? body : Readable.from(body);
  } else {
    if (given.told) told.set(ctx, given.told);
    redirect(ctx, given.to);
  }
}

function redirect(ctx: Context, to: string): void {
  ctx.status = 303;
  ctx.redirect(to);
}
