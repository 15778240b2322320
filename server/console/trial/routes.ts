import type Router from '@koa/router';
import type { RouterMiddleware } from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import type { TriedPart } from '../../../views/console/apps/try-parts.ts';
import {
  type TriedToken,
  type TryResultData,
  tryResultPage,
} from '../../../views/console/apps/try-result.ts';
import type { AdminDependencies } from '../../admin/administration.ts';
import { trialId } from '../../apps/trial-app.ts';
import type { TrialKeys } from '../../apps/trial-keys.ts';
import { AppError } from '../../errors.ts';
import { showPage } from '../../http/page.ts';
import type { SealedCookie } from '../../http/sealed-cookie.ts';
import { askProvider } from '../../oidc/ask-provider.ts';
import type { Consents } from '../../oidc/grants.ts';
import type { Visit } from '../visit.ts';
import { TrialFailure } from './answers.ts';
import { profileOf, type Tried, untriedOf } from './profile.ts';
import type { Ask, Speaking } from './speaker.ts';
import { beginTrial, finishTrial, type Progress, signedInBy, type Trial } from './trial.ts';

export interface TrialDependencies {
  provider: Provider;
  admin: Pick<AdminDependencies, 'findOrigin' | 'storage' | 'administration'>;
  /** The sign-in that goes on in this browser. */
  trial: SealedCookie<Trial>;
  trialKeys: TrialKeys;
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
async function begin(dependencies: TrialDependencies, ctx: Context, visit: Visit): Promise<void> {
  const app = await visit.admin.apps.show({ id: visit.params.id ?? '' });
  try {
    const begun = await beginTrial(speakingFor(dependencies, ctx, { app, now: visit.now }), app);
    dependencies.trial.set(ctx, begun.trial);
    ctx.status = 303;
    ctx.redirect(begun.url);
  } catch (error) {
    showResult(ctx, visit, { app, outcome: failureOf(error), tried: [] });
  }
}

async function finish(dependencies: TrialDependencies, ctx: Context, visit: Visit): Promise<void> {
  const { trial: cookie } = dependencies;
  const trial = cookie.read(ctx);
  if (!trial) throw new AppError('interaction_expired', { detail: 'no trial goes on in this browser' });
  cookie.clear(ctx);
  const app = await visit.admin.apps.show({ id: trial.appId });
  const speaking = speakingFor(dependencies, ctx, { app, now: visit.now });
  const progress: Progress = { tried: [...trial.tried] };
  try {
    const ended = await finishTrial(speaking, { trial, query: visit.query }, progress).then(
      (tokens) => ({ tokens }),
      failureOf,
    );
    const outcome = outcomeOf(ended, await whose(dependencies, trial, progress));
    showResult(ctx, visit, { app, outcome, tried: progress.tried });
  } finally {
    // Where it broke off before there was a token, whoever is here said yes all the same.
    await dependencies.consents.withdraw(visit.account.sub, trialId(trial.appId));
  }
}

function speakingFor(
  { provider, issuer, trialKeys: keys }: TrialDependencies,
  ctx: Context,
  { app, now }: { app: Tried; now: number },
): Speaking {
  const ask: Ask = (asked) => askProvider({ provider, issuer }, ctx.req, asked);
  return { appId: app.id, profile: profileOf(app), issuer, keys, ask, now };
}

function outcomeOf(
  ended: { tokens: TriedToken[] } | Failed,
  who: Awaited<ReturnType<typeof whose>>,
): TryResultData['outcome'] {
  if (!('tokens' in ended)) return ended;
  return who ? { state: 'done', ...who, ...ended } : { state: 'failed', error: 'server_error' };
}

type Failed = Extract<TryResultData['outcome'], { state: 'failed' }>;

/** @throws whatever is no failure of the trial itself */
function failureOf(error: unknown): Failed {
  if (!(error instanceof TrialFailure)) throw error;
  const { error: code, description } = error;
  return { state: 'failed', error: code, ...(description !== undefined && { description }) };
}

function showResult(
  ctx: Context,
  { page }: Visit,
  {
    app,
    outcome,
    tried,
  }: { app: Tried & { name: string }; outcome: TryResultData['outcome']; tried: TriedPart[] },
): void {
  const { id, name } = app;
  showPage(
    ctx,
    tryResultPage(page, { app: { id, name }, outcome, parts: { tried, untried: untriedOf(app) } }),
  );
}

/** Who it was. What was given is taken back before it is shown, also where something went wrong afterwards. */
async function whose({ admin, consents }: TrialDependencies, { appId }: Trial, { accessToken }: Progress) {
  if (accessToken === undefined) return undefined;
  const origin = await admin.findOrigin(accessToken);
  const account = origin?.sub === undefined ? undefined : await admin.storage.accounts.findBySub(origin.sub);
  if (account) await consents.withdraw(account.sub, trialId(appId));
  const lists = await Promise.all(
    (account?.userHandles ?? []).map((userHandle) => admin.administration.listPasskeys({ userHandle })),
  );
  return signedInBy(
    origin,
    account,
    lists.flatMap(({ passkeys }) => passkeys),
  );
}
