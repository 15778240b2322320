import Router, { type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider';
import { z } from 'zod';
import { lostPasskeyPage } from '../../views/pages/lost-passkey.ts';
import { signInPage } from '../../views/pages/sign-in.ts';
import { signUpPage } from '../../views/pages/sign-up.ts';
import type { AccountRepository } from '../accounts/account.ts';
import type { AttributeDefinitionRepository } from '../accounts/attribute.ts';
import type { ApiCache } from '../apis/api-cache.ts';
import type { App } from '../apps/app.ts';
import type { Config } from '../config.ts';
import { beginSignUp, type EnrolmentDependencies, finishSignUp } from '../enrolment/enrolment.ts';
import { profileOf, type TypedProfile } from '../enrolment/typed-profile.ts';
import { AppError } from '../errors.ts';
import type { GroupRepository } from '../groups/group.ts';
import { browserBinding } from '../http/cookies.ts';
import { readBody } from '../http/input.ts';
import { wishLocales } from '../http/locale.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import { countAttempt, type Limiter } from '../http/rate-limit.ts';
import { surroundings } from '../http/request.ts';
import type { SealedCookie } from '../http/sealed-cookie.ts';
import type { Consents } from '../oidc/grants.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import { consent, showConsent } from './consent/routes.ts';
import { putOff, showFewPasskeys } from './few-passkeys/routes.ts';
import { aborted, appOf, endInteraction, findInteraction } from './interaction.ts';
import { loginResult, signIn } from './login.ts';
import { showNotAllowed, useAnother } from './not-allowed/routes.ts';
import { askingApp, installationOf, signInUrls, signUpUrls } from './pages.ts';
import type { Requirements } from './step-up/requirement.ts';
import { addStepUpRoutes, showStepUp } from './step-up/routes.ts';

export interface InteractionDependencies extends EnrolmentDependencies {
  config: Config;
  provider: Provider;
  manager: PasskeyManager;
  accounts: AccountRepository;
  ruleBook: RuleBook;
  findApp: (id: string) => Promise<App | undefined>;
  groups: GroupRepository;
  attributeDefinitions: Pick<AttributeDefinitionRepository, 'list'>;
  consents: Consents;
  /** Those that administrators define. */
  apis: Pick<ApiCache, 'find'>;
  /** What was typed, between the two halves of a registration. */
  typedProfile: SealedCookie<TypedProfile>;
  /** Accounts are made more slowly than anything else is tried. */
  accountLimiter: Limiter;
  readPage: ReadPage;
  requirements: Requirements;
}

const nothing = z.strictObject({});
const assertion = z.strictObject({ response: z.looseObject({}), remember: z.boolean().optional() });
const registration = z.strictObject({ response: z.looseObject({}) });
const profileFields = z.looseObject({});

export type Handler = (
  dependencies: InteractionDependencies,
  ctx: Context,
  interaction: Interaction,
) => Promise<void>;

/** Between an authorization request and its answer: everything below `/interaction/:uid`. */
export function createInteractionRoutes(dependencies: InteractionDependencies): Router {
  const within = (handler: Handler) => async (ctx: RouterContext) => {
    const interaction = await findInteraction(dependencies.provider, ctx);
    wishLocales(ctx, interaction.params.ui_locales);
    await handler(dependencies, ctx, interaction);
  };
  const router = new Router({ prefix: '/interaction/:uid' });
  router
    .get('/', within(show))
    .get('/sign-up', within(showSignUp))
    .get('/lost-passkey', within(showLostPasskey))
    .post('/options', within(giveOptions))
    .post('/login', within(logIn))
    .post('/sign-up/options', within(giveSignUpOptions))
    .post('/sign-up', within(signUp))
    .post('/consent', within(consent))
    .post('/later', within(putOff))
    .post('/another', within(useAnother))
    .post('/abort', within(abort));
  addStepUpRoutes(router, within);
  return router;
}

const show: Handler = async (dependencies, ctx, interaction) => {
  const page = pages[interaction.prompt.name];
  if (!page) throw new AppError('internal', { detail: `no page for the prompt ${interaction.prompt.name}` });
  await page(dependencies, ctx, interaction);
};

const showSignIn: Handler = async (dependencies, ctx, interaction) => {
  const { config, findApp, readPage } = dependencies;
  const [app, options] = await Promise.all([
    findApp(appOf(interaction)),
    signInOptions(dependencies, ctx, interaction),
  ]);
  const data = {
    ...askingApp(app, interaction),
    options,
    installation: installationOf(config),
    urls: signInUrls(interaction, config.signUp),
    keepSignedInDays: config.lifetimes.keptSession / 86_400,
  };
  showPage(ctx, signInPage(readPage(ctx), data));
};

const showSignUp: Handler = async (dependencies, ctx, interaction) => {
  const { config, findApp, readPage } = dependencies;
  if (config.signUp !== 'open') return showSignIn(dependencies, ctx, interaction);
  const app = await findApp(appOf(interaction));
  const data = {
    ...askingApp(app, interaction),
    installation: installationOf(config),
    urls: signUpUrls(interaction),
  };
  showPage(ctx, signUpPage(readPage(ctx), data));
};

const showLostPasskey: Handler = async ({ readPage }, ctx, { uid }) =>
  showPage(ctx, lostPasskeyPage(readPage(ctx), { backUrl: `/interaction/${uid}` }));

/** By the prompt that asks. */
const pages: Record<string, Handler> = {
  login: showSignIn,
  create: showSignUp,
  not_allowed: showNotAllowed,
  step_up: showStepUp,
  few_passkeys: showFewPasskeys,
  consent: showConsent,
};

const giveOptions: Handler = async (dependencies, ctx, interaction) => {
  await readBody(ctx, nothing);
  ctx.body = { options: await signInOptions(dependencies, ctx, interaction) };
};

async function signInOptions(
  { manager }: InteractionDependencies,
  ctx: Context,
  interaction: Interaction,
): Promise<object> {
  const { options } = await manager.beginAuthentication({
    ...ceremony(ctx, interaction),
    purpose: 'sign-in',
  });
  return options;
}

const logIn: Handler = async (dependencies, ctx, interaction) => {
  const { response, remember = false } = await readBody(ctx, assertion);
  const input = { ...ceremony(ctx, interaction), ...surroundings(ctx), appId: appOf(interaction) };
  // The passkey manager checks every part of the answer.
  const made = await signIn(dependencies, { ...input, response: response as never });
  const kept = remember && dependencies.config.lifetimes.keptSession > 0;
  await goOn(dependencies, ctx, loginResult(made, { remember: kept }));
};

const giveSignUpOptions: Handler = async (dependencies, ctx, interaction) => {
  requireOpenSignUp(dependencies);
  await countAttempt(ctx, dependencies.accountLimiter, 'sign-up');
  const fields = await readBody(ctx, profileFields);
  const app = await dependencies.findApp(appOf(interaction));
  const { options, profile } = await beginSignUp(dependencies, {
    ...ceremony(ctx, interaction),
    fields,
    app,
  });
  if (profile) dependencies.typedProfile.set(ctx, { interaction: interaction.uid, profile });
  ctx.body = { options };
};

const signUp: Handler = async (dependencies, ctx, interaction) => {
  requireOpenSignUp(dependencies);
  const { response } = await readBody(ctx, registration);
  const profile = profileOf(dependencies.typedProfile.read(ctx), interaction.uid);
  const app = await dependencies.findApp(appOf(interaction));
  const appId = appOf(interaction);
  const input = { ...ceremony(ctx, interaction), ...surroundings(ctx), appId, app, profile };
  const made = await finishSignUp(dependencies, { ...input, response: response as never });
  dependencies.typedProfile.clear(ctx);
  await goOn(dependencies, ctx, loginResult(made, { remember: false }));
};

function requireOpenSignUp({ config }: InteractionDependencies): void {
  if (config.signUp !== 'open') throw new AppError('sign_up_closed');
}

const abort: Handler = async (dependencies, ctx) => {
  await readBody(ctx, nothing);
  await goOn(dependencies, ctx, aborted);
};

async function goOn(
  { provider }: InteractionDependencies,
  ctx: Context,
  result: InteractionResults,
): Promise<void> {
  ctx.body = { location: await endInteraction(provider, ctx, result) };
}

/** A ceremony belongs to one interaction in one browser. */
export function ceremony(ctx: Context, { uid }: Interaction): { interaction: string; browser: string } {
  return { interaction: uid, browser: browserBinding(ctx) };
}
