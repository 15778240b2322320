import Router, { type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider';
import { z } from 'zod';
import { consentPage } from '../../views/pages/consent.ts';
import { lostPasskeyPage } from '../../views/pages/lost-passkey.ts';
import { signInPage } from '../../views/pages/sign-in.ts';
import { signUpPage } from '../../views/pages/sign-up.ts';
import type { Account, AccountRepository } from '../accounts/account.ts';
import { scopes } from '../accounts/claims.ts';
import { scopeItems } from '../accounts/presentation.ts';
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
import { allowLogo } from '../http/security-headers.ts';
import { type Consents, saved } from '../oidc/grants.ts';
import { findSession } from '../oidc/start-session.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { allow, scopesToAllow } from './consent.ts';
import { aborted, endInteraction, findInteraction } from './interaction.ts';
import { loginResult, signIn } from './login.ts';
import { appFace, askingApp, consentUrls, installationOf, signInUrls, signUpUrls } from './pages.ts';

export interface InteractionDependencies extends EnrolmentDependencies {
  config: Config;
  provider: Provider;
  manager: PasskeyManager;
  accounts: AccountRepository;
  findApp: (id: string) => Promise<App | undefined>;
  groups: GroupRepository;
  consents: Consents;
  /** What was typed, between the two halves of a registration. */
  typedProfile: SealedCookie<TypedProfile>;
  /** Accounts are made more slowly than anything else is tried. */
  accountLimiter: Limiter;
  readPage: ReadPage;
}

const nothing = z.strictObject({});
const assertion = z.strictObject({ response: z.looseObject({}), remember: z.boolean().optional() });
const registration = z.strictObject({ response: z.looseObject({}) });
const profileFields = z.looseObject({});

type Handler = (
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
  return new Router({ prefix: '/interaction/:uid' })
    .get('/', within(show))
    .get('/sign-up', within(showSignUp))
    .get('/lost-passkey', within(showLostPasskey))
    .post('/options', within(giveOptions))
    .post('/login', within(logIn))
    .post('/sign-up/options', within(giveSignUpOptions))
    .post('/sign-up', within(signUp))
    .post('/consent', within(consent))
    .post('/abort', within(abort));
}

const show: Handler = async (dependencies, ctx, interaction) => {
  const pages: Record<string, Handler> = { login: showSignIn, create: showSignUp, consent: showConsent };
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
  allowLogo(ctx, app?.logoUri);
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
  allowLogo(ctx, app?.logoUri);
  showPage(ctx, signUpPage(readPage(ctx), data));
};

const showLostPasskey: Handler = async ({ readPage }, ctx, { uid }) =>
  showPage(ctx, lostPasskeyPage(readPage(ctx), { backUrl: `/interaction/${uid}` }));

const showConsent: Handler = async (dependencies, ctx, interaction) => {
  const { groups, findApp, readPage, config } = dependencies;
  const [app, account] = await Promise.all([
    findApp(appOf(interaction)),
    personOf(dependencies, ctx, interaction),
  ]);
  if (!app) throw new AppError('interaction_expired', { detail: 'its app is gone' });
  const requested = scopesToAllow(interaction.prompt.details, requestedScopes(interaction));
  const view = {
    account,
    groups: await groups.findMany(account.groups),
    days: config.lifetimes.refreshToken / 86_400,
  };
  const data = {
    app: appFace(app, interaction.params.redirect_uri),
    person: account,
    items: scopeItems(requested, view),
    urls: consentUrls(interaction),
  };
  allowLogo(ctx, app.logoUri);
  showPage(ctx, consentPage(readPage(ctx), data));
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
  await goOn(dependencies, ctx, loginResult(made, { params: interaction.params, remember: kept }));
};

const giveSignUpOptions: Handler = async (dependencies, ctx, interaction) => {
  requireOpenSignUp(dependencies);
  await countAttempt(ctx, dependencies.accountLimiter, 'sign-up');
  const fields = await readBody(ctx, profileFields);
  const { options, profile } = await beginSignUp(dependencies, { ...ceremony(ctx, interaction), fields });
  if (profile) dependencies.typedProfile.set(ctx, { interaction: interaction.uid, profile });
  ctx.body = { options };
};

const signUp: Handler = async (dependencies, ctx, interaction) => {
  requireOpenSignUp(dependencies);
  const { response } = await readBody(ctx, registration);
  const profile = profileOf(dependencies.typedProfile.read(ctx), interaction.uid);
  const input = { ...ceremony(ctx, interaction), ...surroundings(ctx), appId: appOf(interaction), profile };
  const made = await finishSignUp(dependencies, { ...input, response: response as never });
  dependencies.typedProfile.clear(ctx);
  await goOn(dependencies, ctx, loginResult(made, { params: interaction.params, remember: false }));
};

function requireOpenSignUp({ config }: InteractionDependencies): void {
  if (config.signUp !== 'open') throw new AppError('sign_up_closed');
}

const consent: Handler = async (dependencies, ctx, interaction) => {
  await readBody(ctx, nothing);
  const { provider, consents, audit, now } = dependencies;
  if (interaction.prompt.name !== 'consent')
    throw new AppError('interaction_expired', { detail: 'nothing to consent to' });
  const { sub, id: accountId } = await personOf(dependencies, ctx, interaction);
  const appId = appOf(interaction);
  const known = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
  const grant = known ?? new provider.Grant({ accountId: sub, clientId: appId });
  const allowed = allow(grant, {
    asked: interaction.prompt.details,
    requested: requestedScopes(interaction),
  });
  await consents.record({ sub, appId, scopes: allowed, grantedAt: now() });
  const session = await findSession(provider, ctx);
  const { jti: grantId } = await saved(grant, session?.signInId);
  await audit.record({ type: 'consent.given', accountId, appId, details: { scopes: allowed.join(' ') } });
  await goOn(dependencies, ctx, { consent: { grantId } });
};

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
function ceremony(ctx: Context, { uid }: Interaction): { interaction: string; browser: string } {
  return { interaction: uid, browser: browserBinding(ctx) };
}

const appOf = ({ params }: Interaction): string => String(params.client_id);

/** Whose consent it is: the one that the interaction began with, still signed in here. */
async function personOf(
  { provider, accounts }: InteractionDependencies,
  ctx: Context,
  { session }: Interaction,
): Promise<Account> {
  const signedIn = await findSession(provider, ctx);
  const account =
    signedIn && signedIn.uid === session?.uid ? await accounts.findBySub(signedIn.sub) : undefined;
  if (account?.status !== 'active')
    throw new AppError('interaction_expired', { detail: 'the person is not signed in here any more' });
  return account;
}

function requestedScopes({ params }: Interaction): string[] {
  return String(params.scope ?? '')
    .split(' ')
    .filter((scope) => scopes.includes(scope));
}
