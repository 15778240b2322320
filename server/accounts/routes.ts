import Router from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import { type AccountData, accountPage } from '../../views/pages/account.ts';
import { accountAppId } from '../apps/builtin-apps.ts';
import type { Audit } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { browserBinding } from '../http/cookies.ts';
import { readBody } from '../http/input.ts';
import { rememberLocale } from '../http/locale.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import type { SealedCookie } from '../http/sealed-cookie.ts';
import type { Consents } from '../oidc/grants.ts';
import { findSession } from '../oidc/start-session.ts';
import type { PasskeyManager, ProofPurpose } from '../passkeys/manager.ts';
import type { Account, AccountRepository } from './account.ts';
import { listPasskeys, type OverviewDependencies, readOverview } from './overview.ts';
import { presentAccount } from './presentation.ts';
import { parseProfile, withProfile } from './profile.ts';

export interface AccountRouteDependencies extends OverviewDependencies {
  config: Config;
  provider: Provider;
  manager: PasskeyManager;
  accounts: AccountRepository;
  consents: Consents;
  /** What was just done, told on the next page. */
  news: SealedCookie<NonNullable<AccountData['news']>>;
  audit: Audit;
  readPage: ReadPage;
  now: () => number;
}

/** Who is signed in, in which session. */
interface Person {
  account: Account;
  sessionUid: string;
}

type Handler = (dependencies: AccountRouteDependencies, ctx: Context, person: Person) => Promise<void>;

const purpose = z.enum(['add-passkey', 'rename-passkey', 'remove-passkey'] satisfies ProofPurpose[]);
const id = z.string().min(1).max(2000);
const bodies = {
  nothing: z.strictObject({}),
  confirmOptions: z.strictObject({ purpose }),
  confirm: z.strictObject({ purpose, response: z.looseObject({}) }),
  addOptions: z.strictObject({ proof: id }),
  add: z.strictObject({ response: z.looseObject({}) }),
  rename: z.strictObject({ passkeyId: id, name: z.string().max(1000), proof: id }),
  remove: z.strictObject({ passkeyId: id, proof: id }),
  session: z.strictObject({ uid: id }),
  app: z.strictObject({ appId: id }),
  profile: z.strictObject({ name: z.string().max(1000), email: z.string().max(1000).optional() }),
  language: z.strictObject({ locale: z.string().max(35) }),
};

/** A person's own account: profile, passkeys, sessions, connected apps. */
export function createAccountRoutes(dependencies: AccountRouteDependencies): Router {
  const own = (handler: Handler) => async (ctx: Context) =>
    handler(dependencies, ctx, await requirePerson(dependencies, ctx));
  return new Router({ prefix: '/account' })
    .get('/', (ctx) => showAccount(dependencies, ctx))
    .post('/confirm/options', own(giveConfirmOptions))
    .post('/confirm', own(confirm))
    .post('/passkeys/options', own(giveAddOptions))
    .post('/passkeys', own(addPasskey))
    .post('/passkeys/rename', own(renamePasskey))
    .post('/passkeys/remove', own(removePasskey))
    .post('/sessions/end', own(endSession))
    .post('/sessions/end-others', own(endOtherSessions))
    .post('/apps/disconnect', own(disconnect))
    .post('/profile', own(changeProfile))
    .post('/language', own(changeLanguage));
}

async function findPerson(
  { provider, accounts }: AccountRouteDependencies,
  ctx: Context,
): Promise<Person | undefined> {
  const session = await findSession(provider, ctx);
  const account = session && (await accounts.findBySub(session.sub));
  return account?.status === 'active' ? { account, sessionUid: session?.uid ?? '' } : undefined;
}

async function requirePerson(dependencies: AccountRouteDependencies, ctx: Context): Promise<Person> {
  const person = await findPerson(dependencies, ctx);
  if (!person) throw new AppError('session_required');
  return person;
}

async function showAccount(dependencies: AccountRouteDependencies, ctx: Context): Promise<void> {
  const person = await findPerson(dependencies, ctx);
  if (!person) return signInFirst(dependencies, ctx);
  const { readPage, news, config, now } = dependencies;
  const { account, sessionUid } = person;
  const overview = await readOverview(dependencies, { account, sessionUid, now: now() });
  const told = news.read(ctx);
  if (told) news.clear(ctx);
  const data = {
    ...presentAccount(account, { overview, config }),
    ...('welcome' in ctx.query ? { welcome: welcome(account, config) } : undefined),
    ...(told ? { news: told } : undefined),
    now: now(),
  };
  showPage(ctx, accountPage({ ...readPage(ctx), userName: account.userName }, data));
}

function welcome({ role }: Account, { demo }: Config) {
  return { administrator: role === 'administrator', ...(demo ? { demoUrl: '/try' } : undefined) };
}

/**
 * The account page is an app of its own that wants a session and no token (`response_type=none`). Who comes back
 * from there without a session chose not to sign in.
 */
async function signInFirst({ config }: AccountRouteDependencies, ctx: Context): Promise<void> {
  const query = new URLSearchParams({
    client_id: accountAppId,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${config.issuer}/account`,
  });
  ctx.status = 303;
  ctx.redirect('error' in ctx.query ? '/' : `/auth?${query}`);
}

const giveConfirmOptions: Handler = async ({ manager }, ctx, { account }) => {
  const { purpose: wanted } = await readBody(ctx, bodies.confirmOptions);
  const userHandle = await handleWithPasskey({ manager }, account);
  ctx.body = await manager.beginAuthentication({ ...ceremony(ctx), purpose: wanted, userHandle });
};

const confirm: Handler = async ({ manager, audit }, ctx, { account }) => {
  const { purpose: wanted, response } = await readBody(ctx, bodies.confirm);
  const made = await manager.finishAuthentication({
    ...ceremony(ctx),
    purpose: wanted,
    response: response as never,
  });
  if (!account.userHandles.includes(made.userHandle))
    throw new AppError('passkey_rejected', { detail: 'a passkey of another account' });
  await audit.record({
    type: 'sign_in.confirmed',
    accountId: account.id,
    passkeyId: made.passkey.id,
    details: { purpose: wanted },
  });
  ctx.body = { proof: made.proof };
};

const giveAddOptions: Handler = async ({ manager }, ctx, { account }) => {
  const { proof } = await readBody(ctx, bodies.addOptions);
  const userHandle = await handleWithPasskey({ manager }, account);
  const user = { name: account.userName, displayName: account.name };
  ctx.body = await manager.beginRegistration({
    ...ceremony(ctx),
    authorization: { userHandle, proof },
    user,
  });
};

const addPasskey: Handler = async ({ manager, audit, news }, ctx, { account }) => {
  const { response } = await readBody(ctx, bodies.add);
  const { passkey } = await manager.finishRegistration({ ...ceremony(ctx), response: response as never });
  await audit.record({
    type: 'passkey.registered',
    accountId: account.id,
    passkeyId: passkey.id,
    details: { by: 'account' },
  });
  news.set(ctx, { kind: 'passkey-added', passkeyName: passkey.name });
  ctx.body = { location: '/account' };
};

const renamePasskey: Handler = async ({ manager, audit }, ctx, { account }) => {
  const { passkeyId, name, proof } = await readBody(ctx, bodies.rename);
  const { userHandle } = await ownPasskey({ manager }, account, passkeyId);
  const renamed = { userHandle, passkeyId, name, proof, browser: browserBinding(ctx) };
  const { passkey } = await manager.renamePasskey(renamed);
  await audit.record({ type: 'passkey.renamed', accountId: account.id, passkeyId });
  ctx.body = { name: passkey.name };
};

/** What its sign-ins made ends with it, this session too if it is one of them. */
const removePasskey: Handler = async ({ manager, sessions, audit, news }, ctx, { account }) => {
  const { passkeyId, proof } = await readBody(ctx, bodies.remove);
  const { userHandle, name } = await ownPasskey({ manager }, account, passkeyId);
  await manager.removePasskey({ userHandle, passkeyId, proof, browser: browserBinding(ctx) });
  await sessions.endMadeBy(passkeyId);
  await audit.record({ type: 'passkey.removed', accountId: account.id, passkeyId });
  news.set(ctx, { kind: 'passkey-removed', passkeyName: name });
  ctx.body = { location: '/account' };
};

const endSession: Handler = async ({ sessions, audit }, ctx, { account }) => {
  const { uid } = await readBody(ctx, bodies.session);
  if (!(await sessions.end(account.sub, uid)))
    throw new AppError('not_found', { detail: 'no session of this person' });
  await audit.record({ type: 'session.ended', accountId: account.id });
  ctx.body = {};
};

const endOtherSessions: Handler = async ({ sessions, audit }, ctx, { account, sessionUid }) => {
  await readBody(ctx, bodies.nothing);
  const ended = await sessions.endOthers(account.sub, sessionUid);
  await audit.record({ type: 'session.ended', accountId: account.id, details: { ended } });
  ctx.body = { ended };
};

const disconnect: Handler = async ({ consents, audit }, ctx, { account }) => {
  const { appId } = await readBody(ctx, bodies.app);
  await consents.withdraw(account.sub, appId);
  await audit.record({ type: 'grant.revoked', accountId: account.id, appId });
  ctx.body = {};
};

const changeProfile: Handler = async ({ accounts, audit, now }, ctx, { account }) => {
  const fields = await readBody(ctx, bodies.profile);
  const profile = parseProfile({ ...fields, userName: account.userName });
  await replace(accounts, account, withProfile(account, profile, now()));
  await audit.record({ type: 'account.changed', accountId: account.id });
  ctx.body = {};
};

const changeLanguage: Handler = async ({ accounts, now }, ctx, { account }) => {
  const { locale } = await readBody(ctx, bodies.language);
  await replace(accounts, account, { ...account, locale, updatedAt: now(), revision: account.revision + 1 });
  rememberLocale(ctx, locale);
  ctx.body = {};
};

async function replace(accounts: AccountRepository, before: Account, after: Account): Promise<void> {
  if (!(await accounts.update(after, before.revision))) throw new AppError('conflict', { detail: before.id });
}

/** Ceremonies of the account page belong to this browser, whatever session it has by then. */
function ceremony(ctx: Context): { interaction: string; browser: string } {
  return { interaction: 'account', browser: browserBinding(ctx) };
}

/** Of several user handles (an import has its own), the first that can confirm something. */
async function handleWithPasskey(
  dependencies: Pick<AccountRouteDependencies, 'manager'>,
  account: Account,
): Promise<string> {
  const usable = (await listPasskeys(dependencies, account)).find(({ status }) => status === 'active');
  if (!usable) throw new AppError('confirmation_required', { detail: `${account.id} has no active passkey` });
  return usable.userHandle;
}

async function ownPasskey(
  dependencies: Pick<AccountRouteDependencies, 'manager'>,
  account: Account,
  passkeyId: string,
) {
  const passkey = (await listPasskeys(dependencies, account)).find((each) => each.id === passkeyId);
  if (!passkey) throw new AppError('passkey_not_found');
  return passkey;
}
