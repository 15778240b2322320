import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Interaction } from 'oidc-provider';
import { z } from 'zod';
import { stepUpPage } from '../../../views/pages/step-up.ts';
import type { Account } from '../../accounts/account.ts';
import { iconUrl } from '../../accounts/icon-url.ts';
import { handleWithPasskey, listPasskeys } from '../../accounts/overview.ts';
import { confirmWithPasskey } from '../../accounts/own-passkeys/ceremonies.ts';
import { AppError } from '../../errors.ts';
import { readBody } from '../../http/input.ts';
import { showPage } from '../../http/page.ts';
import { countAttempt } from '../../http/rate-limit.ts';
import { surroundings } from '../../http/request.ts';
import type { PasskeyFacts } from '../../passkeys/manager.ts';
import { maySignIn } from '../../sign-ins/standing.ts';
import { appOf, endInteraction } from '../interaction.ts';
import { loginResult, signIn } from '../login.ts';
import { askingApp, installationOf, stepUpUrls } from '../pages.ts';
import { personOf } from '../person.ts';
import { ceremony, type Handler, type InteractionDependencies } from '../routes.ts';
import { whichOf } from './passkeys.ts';
import { registerForStepUp } from './registration.ts';
import { requirementOf, type StepUp } from './requirement.ts';

const proof = z.string().min(1).max(2000);
const bodies = {
  nothing: z.strictObject({}),
  answer: z.strictObject({ response: z.looseObject({}) }),
  confirmOptions: z.strictObject({ purpose: z.literal('add-passkey') }),
  confirm: z.strictObject({ purpose: z.literal('add-passkey'), response: z.looseObject({}) }),
  addOptions: z.strictObject({ proof }),
};

/** A person who is signed in, what they are asked for, and what they have. */
interface Asked {
  dependencies: InteractionDependencies;
  ctx: Context;
  interaction: Interaction;
  account: Account;
  stepUp: StepUp;
  /** Those that could sign in now. */
  passkeys: PasskeyFacts[];
}

type StepUpHandler = (asked: Asked) => Promise<void>;

/** Everything below `/interaction/:uid/step-up`: asks a person who is signed in for the right passkey. */
export function addStepUpRoutes(
  router: Router,
  within: (handler: Handler) => (ctx: RouterContext) => Promise<void>,
): void {
  const asked = (handler: StepUpHandler) => within(askedFor(handler));
  router
    .post('/step-up/options', asked(giveOptions))
    .post('/step-up', asked(usePasskey))
    .post('/step-up/confirm/options', asked(giveConfirmOptions))
    .post('/step-up/confirm', asked(confirm))
    .post('/step-up/passkey/options', asked(giveAddOptions))
    .post('/step-up/passkey', asked(addPasskey))
    .post('/step-up/skip', asked(skip))
    .post('/step-up/decline', asked(decline));
}

/** Nothing of this tells anything of a person who is not signed in: `personOf` comes first. */
const askedFor =
  (handler: StepUpHandler): Handler =>
  async (dependencies, ctx, interaction) => {
    const account = await personOf(dependencies, ctx, interaction);
    if (ctx.method === 'POST') await countAttempt(ctx, dependencies.accountLimiter, account.id);
    const stepUp = await requirementOf(dependencies.requirements, { interaction, account });
    const passkeys = (await listPasskeys(dependencies, account)).filter(maySignIn);
    await handler({ dependencies, ctx, interaction, account, stepUp, passkeys });
  };

/** Where nothing that the person could do would help, nobody is shown a page in vain. */
export const showStepUp: Handler = askedFor(async (asked) => {
  const { dependencies, ctx, interaction, stepUp, passkeys } = asked;
  const { config, findApp, readPage } = dependencies;
  const wouldDo = passkeys.some(stepUp.wouldDo);
  const canRegister = stepUp.newMayDo(passkeys);
  // Who need not is not sent to make a passkey again and again.
  if (!wouldDo && (stepUp.isOptional || !canRegister)) return ctx.redirect(await endWithout(asked));
  const app = await findApp(appOf(interaction));
  const data = {
    ...askingApp(app, interaction),
    reason: stepUp.reason,
    passkeys: passkeys.map((passkey) => card(passkey, stepUp)),
    hints: stepUp.wishes.hints ?? [],
    canRegister,
    ...(ctx.query.saved !== undefined && { justSaved: true }),
    ...(wouldDo && { options: await stepUpOptions(asked) }),
    installation: installationOf(config),
    urls: stepUpUrls(interaction, stepUp),
  };
  showPage(ctx, stepUpPage(readPage(ctx), data));
});

function card(passkey: PasskeyFacts, stepUp: StepUp) {
  const { name, model, icon, aaguid, backupEligible: synced } = passkey;
  const known = {
    ...(model !== undefined && { model }),
    ...(icon !== undefined && { iconUrl: iconUrl(aaguid, icon) }),
    ...(synced !== undefined && { synced }),
  };
  return { name, ...known, wouldDo: stepUp.wouldDo(passkey) };
}

const giveOptions: StepUpHandler = async (asked) => {
  await readBody(asked.ctx, bodies.nothing);
  asked.ctx.body = { options: await stepUpOptions(asked) };
};

async function stepUpOptions({ dependencies, ctx, interaction, stepUp, passkeys }: Asked): Promise<object> {
  const stepUpOf = whichOf(passkeys.filter(stepUp.wouldDo));
  const asking = { ...ceremony(ctx, interaction), purpose: 'sign-in', stepUpOf } as const;
  const { options } = await dependencies.manager.beginAuthentication(asking);
  return options;
}

const usePasskey: StepUpHandler = async (asked) => {
  const { dependencies, ctx, interaction, account, stepUp } = asked;
  const { response } = await readBody(ctx, bodies.answer);
  const place = { ...ceremony(ctx, interaction), ...surroundings(ctx), appId: appOf(interaction) };
  const input = { ...place, accountId: account.id, response: response as never };
  const { claims, ...made } = await signIn(dependencies, input);
  // What was known of it may have changed since the page was shown.
  if (!stepUp.isMetBy(claims)) throw new AppError('authenticator_not_enough', { detail: claims.passkeyId });
  ctx.body = { location: await goOnWith(asked, made) };
};

/** The session stays as it is, for how long it is kept too. */
function goOnWith({ dependencies, ctx }: Asked, made: Parameters<typeof loginResult>[0]): Promise<string> {
  return endInteraction(dependencies.provider, ctx, loginResult(made, { remember: true }));
}

const giveConfirmOptions: StepUpHandler = async ({ dependencies, ctx, interaction, account }) => {
  const { purpose } = await readBody(ctx, bodies.confirmOptions);
  const userHandle = await handleWithPasskey(dependencies, account);
  const asking = { ...ceremony(ctx, interaction), purpose, userHandle };
  ctx.body = await dependencies.manager.beginAuthentication(asking);
};

const confirm: StepUpHandler = async ({ dependencies, ctx, interaction, account }) => {
  const { purpose, response } = await readBody(ctx, bodies.confirm);
  const forwarded = { ...ceremony(ctx, interaction), purpose, response: response as never };
  ctx.body = { proof: await confirmWithPasskey(dependencies, account, forwarded) };
};

/** Not the interaction's own: its sign-up would take the answer as well, by its own rules. */
const registration = (ctx: Context, interaction: Interaction) => ({
  ...ceremony(ctx, interaction),
  interaction: `step-up ${interaction.uid}`,
});

const giveAddOptions: StepUpHandler = async ({ dependencies, ctx, interaction, account, stepUp }) => {
  const { proof: made } = await readBody(ctx, bodies.addOptions);
  const userHandle = await handleWithPasskey(dependencies, account);
  ctx.body = await dependencies.manager.beginRegistration({
    ...registration(ctx, interaction),
    authorization: { userHandle, proof: made },
    user: { name: account.userName, displayName: account.name },
    rules: await dependencies.ruleBook.forRegistration(account),
    wishes: stepUp.wishes,
  });
};

const addPasskey: StepUpHandler = async (asked) => {
  const { dependencies, ctx, interaction, account, stepUp } = asked;
  const { response } = await readBody(ctx, bodies.answer);
  const place = { ...registration(ctx, interaction), ...surroundings(ctx), appId: appOf(interaction) };
  const rules = await dependencies.ruleBook.forRegistration(account);
  const answer = { ...place, response: response as never, isMetBy: stepUp.isMetBy, rules };
  const made = await registerForStepUp(dependencies, account, answer);
  const location = made ? await goOnWith(asked, made) : `/interaction/${interaction.uid}?saved`;
  ctx.body = { location };
};

const skip: StepUpHandler = async (asked) => {
  await readBody(asked.ctx, bodies.nothing);
  if (!asked.stepUp.isOptional) throw new AppError('forbidden', { detail: 'the app insists' });
  asked.ctx.body = { location: await endWithout(asked) };
};

const decline: StepUpHandler = async ({ dependencies, ctx, stepUp }) => {
  await readBody(ctx, bodies.nothing);
  ctx.body = { location: await endInteraction(dependencies.provider, ctx, stepUp.refusal) };
};

/** On to the app with what there is, or back to it with what is missing. */
function endWithout({ dependencies, ctx, stepUp }: Asked): Promise<string> {
  return endInteraction(dependencies.provider, ctx, stepUp.isOptional ? { step_up: {} } : stepUp.refusal);
}
