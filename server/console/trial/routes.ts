import type Router from '@koa/router';
import type { RouterMiddleware } from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { tryResultPage } from '../../../views/console/apps/try-result.ts';
import type { AdminDependencies } from '../../admin/administration.ts';
import { trialId } from '../../apps/trial-app.ts';
import { AppError } from '../../errors.ts';
import { showPage } from '../../http/page.ts';
import type { SealedCookie } from '../../http/sealed-cookie.ts';
import { askProvider } from '../../oidc/ask-provider.ts';
import type { Consents } from '../../oidc/grants.ts';
import type { Visit } from '../visit.ts';
import { beginTrial, finishTrial, signedInBy, type Trial } from './trial.ts';

export interface TrialDependencies {
  provider: Provider;
  admin: Pick<AdminDependencies, 'findOrigin' | 'storage' | 'administration'>;
  /** The sign-in that goes on in this browser. */
  trial: SealedCookie<Trial>;
  consents: Pick<Consents, 'withdraw'>;
  issuer: string;
}

type Visiting = (handler: (ctx: Context, visit: Visit) => Promise<void>) => RouterMiddleware;

/** "Try it now", from an app's page. */
export function addTrialRoutes(router: Router, visiting: Visiting, dependencies: TrialDependencies): void {
  router
    .get(
      '/apps/:id/try',
      visiting((ctx, visit) => begin(dependencies, ctx, visit)),
    )
    .get(
      '/trial',
      visiting((ctx, visit) => finish(dependencies, ctx, visit)),
    );
}

/** Whoever may see the app may see what it would get of themselves. */
async function begin({ trial, issuer }: TrialDependencies, ctx: Context, visit: Visit): Promise<void> {
  const app = await visit.admin.apps.show({ id: visit.params.id ?? '' });
  const begun = beginTrial({ appId: app.id, scopes: app.scopes }, issuer);
  trial.set(ctx, begun.trial);
  ctx.status = 303;
  ctx.redirect(begun.url);
}

async function finish(dependencies: TrialDependencies, ctx: Context, visit: Visit): Promise<void> {
  const { trial: cookie, issuer, provider } = dependencies;
  const trial = cookie.read(ctx);
  if (!trial) throw new AppError('interaction_expired', { detail: 'no trial goes on in this browser' });
  cookie.clear(ctx);
  const { name } = await visit.admin.apps.show({ id: trial.appId });
  const ask = (asked: Parameters<typeof askProvider>[2]) => askProvider({ provider, issuer }, ctx.req, asked);
  const result = await finishTrial({ trial, issuer, ask, now: visit.now }, visit.query);
  const outcome = result.state === 'failed' ? result : await whose(dependencies, trial, result);
  showPage(ctx, tryResultPage(visit.page, { app: { id: trial.appId, name }, outcome }));
}

type Answered = Extract<Awaited<ReturnType<typeof finishTrial>>, { state: 'answered' }>;

/** What was given is taken back before it is shown. */
async function whose({ admin, consents }: TrialDependencies, { appId }: Trial, answered: Answered) {
  const { accessToken, tokens } = answered;
  const origin = await admin.findOrigin(accessToken);
  const account = origin?.sub === undefined ? undefined : await admin.storage.accounts.findBySub(origin.sub);
  if (account) await consents.withdraw(account.sub, trialId(appId));
  const lists = await Promise.all(
    (account?.userHandles ?? []).map((userHandle) => admin.administration.listPasskeys({ userHandle })),
  );
  const who = signedInBy(
    origin,
    account,
    lists.flatMap(({ passkeys }) => passkeys),
  );
  if (!who) return { state: 'failed' as const, error: 'server_error' };
  return { state: 'done' as const, ...who, tokens };
}
