import Router from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { homePage } from '../../views/pages/home.ts';
import { lostPasskeyPage } from '../../views/pages/lost-passkey.ts';
import type { AccountRepository } from '../accounts/account.ts';
import { hasAdministrator } from '../enrolment/link.ts';
import { AppError } from '../errors.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import { findSession } from '../oidc/start-session.ts';

export interface HomeDependencies {
  provider: Provider;
  accounts: AccountRepository;
  readPage: ReadPage;
  /** Starts the demo app unless it runs, and tells its address. Absent where there is none. */
  startDemo?: () => Promise<string>;
}

/** What stands at the issuer's own address. */
export function createHomeRoutes(dependencies: HomeDependencies): Router {
  return new Router()
    .get('/', (ctx) => showHome(dependencies, ctx))
    .get('/lost-passkey', (ctx) =>
      showPage(ctx, lostPasskeyPage(dependencies.readPage(ctx), { backUrl: '/account' })),
    )
    .get('/try', (ctx) => tryDemo(dependencies, ctx));
}

async function showHome({ provider, accounts, readPage }: HomeDependencies, ctx: Context): Promise<void> {
  if (await findSession(provider, ctx)) {
    ctx.status = 303;
    return ctx.redirect('/account');
  }
  const data = { hasAdministrator: await hasAdministrator({ accounts }), accountUrl: '/account' };
  showPage(ctx, homePage(readPage(ctx), data));
}

/** Only for who is signed in: nobody else makes this server start something. */
async function tryDemo({ provider, startDemo }: HomeDependencies, ctx: Context): Promise<void> {
  if (!startDemo) throw new AppError('not_found');
  if (!(await findSession(provider, ctx))) throw new AppError('session_required');
  ctx.status = 303;
  ctx.redirect(await startDemo());
}
