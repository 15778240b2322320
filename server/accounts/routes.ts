import Router from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import { type AccountData, accountPage } from '../../views/pages/account.ts';
import { languages } from '../../views/words.ts';
import { accountAppId } from '../apps/builtin-apps.ts';
import type { Audit } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import { hasAdministrator } from '../enrolment/link.ts';
import { AppError } from '../errors.ts';
import { readBody } from '../http/input.ts';
import { rememberLocale } from '../http/locale.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import { countAttempt, type Limiter } from '../http/rate-limit.ts';
import type { SealedCookie } from '../http/sealed-cookie.ts';
import type { Mailer } from '../mail/letter.ts';
import { tellOfNewAddress } from '../mail/tell.ts';
import type { Consents } from '../oidc/grants.ts';
import { findSession } from '../oidc/start-session.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { Mac } from '../receipts/evidence.ts';
import type { ReceiptVerifier } from '../receipts/verifier.ts';
import type { Secret } from '../secret/secret.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import type { Account, AccountRepository } from './account.ts';
import type { ApprovalRepository } from './approval.ts';
import type { InvitationRepository } from './invitation.ts';
import { type OverviewDependencies, readOverview } from './overview.ts';
import { addPasskeyRoutes } from './own-passkeys/routes.ts';
import { addRecoveryRoutes } from './own-recovery/routes.ts';
import { presentAccount } from './presentation.ts';
import { parseProfile, withProfile } from './profile.ts';
import { apiScopesOf } from './role-scopes.ts';

/** By which it is known who is signed in. */
export interface PersonDependencies {
  provider: Provider;
  accounts: AccountRepository;
}

export interface AccountRouteDependencies extends OverviewDependencies, PersonDependencies {
  config: Config;
  manager: PasskeyManager;
  receipts: ReceiptVerifier;
  ruleBook: RuleBook;
  mac: Mac;
  invitations: Pick<InvitationRepository, 'removeByAccount'>;
  approvals: Pick<ApprovalRepository, 'removeByAccount'>;
  secret: Pick<Secret, 'seal' | 'open'>;
  /** Absent where no mail is sent. */
  mail?: Mailer | undefined;
  consents: Consents;
  /** What apps asked of a person by themselves. */
  presentRequests: (account: Account) => Promise<AccountData['requests']>;
  /** What was just done, told on the next page. */
  news: SealedCookie<NonNullable<AccountData['news']>>;
  audit: Audit;
  readPage: ReadPage;
  /** Counts what one person does from one address. */
  accountLimiter: Limiter;
  now: () => number;
}

/** Who is signed in, in which session. */
export interface Person {
  account: Account;
  sessionUid: string;
}

export type Handler = (dependencies: AccountRouteDependencies, ctx: Context, person: Person) => Promise<void>;

const id = z.string().min(1).max(2000);
const bodies = {
  nothing: z.strictObject({}),
  session: z.strictObject({ uid: id }),
  app: z.strictObject({ appId: id }),
  profile: z.strictObject({ name: z.string().max(1000), email: z.string().max(1000).optional() }),
  language: z.strictObject({ locale: z.enum(Object.keys(languages)) }),
};

/** A person's own account: profile, passkeys, sessions, connected apps. */
export function createAccountRoutes(dependencies: AccountRouteDependencies): Router {
  const own = (handler: Handler) => async (ctx: Context) => {
    const person = await requirePerson(dependencies, ctx);
    await countAttempt(ctx, dependencies.accountLimiter, person.account.id);
    await handler(dependencies, ctx, person);
  };
  const router = new Router({ prefix: '/account' })
    .get('/', (ctx) => showAccount(dependencies, ctx))
    .post('/sessions/end', own(endSession))
    .post('/sessions/end-others', own(endOtherSessions))
    .post('/apps/disconnect', own(disconnect))
    .post('/profile', own(changeProfile))
    .post('/language', own(changeLanguage));
  addPasskeyRoutes(router, own);
  addRecoveryRoutes(router, dependencies, own);
  return router;
}

async function findPerson(
  { provider, accounts }: PersonDependencies,
  ctx: Context,
): Promise<Person | undefined> {
  const session = await findSession(provider, ctx);
  const account = session && (await accounts.findBySub(session.sub));
  return account?.status === 'active' ? { account, sessionUid: session?.uid ?? '' } : undefined;
}

/** @throws AppError `session_required` */
export async function requirePerson(dependencies: PersonDependencies, ctx: Context): Promise<Person> {
  const person = await findPerson(dependencies, ctx);
  if (!person) throw new AppError('session_required');
  return person;
}

async function showAccount(dependencies: AccountRouteDependencies, ctx: Context): Promise<void> {
  const person = await findPerson(dependencies, ctx);
  if (!person) return signInFirst(dependencies, ctx);
  if (protocolParameters.some((name) => name in ctx.query)) return withoutParameters(ctx);
  const { readPage, news, config, presentRequests, now } = dependencies;
  const { account, sessionUid } = person;
  const [overview, requests] = await Promise.all([
    readOverview(dependencies, { account, sessionUid, now: now() }),
    presentRequests(account),
  ]);
  const told = news.read(ctx);
  if (told) news.clear(ctx);
  const data = {
    ...presentAccount(account, { overview, config, now: now() }),
    ...('welcome' in ctx.query ? { welcome: welcome(account, config) } : undefined),
    ...(told ? { news: told } : undefined),
    ...(config.administration && apiScopesOf(account).length > 0 ? { consoleUrl: '/console' } : undefined),
    requests,
    now: now(),
  };
  showPage(ctx, accountPage({ ...readPage(ctx), userName: account.userName }, data));
}

/** What a sign-in brings back (RFC 6749 §4.1.2.1, RFC 9207 §2). */
const protocolParameters = ['iss', 'state', 'error', 'error_description'];

/** The sign-in is over: its answer is nothing to see or to bookmark. */
function withoutParameters(ctx: Context): void {
  const rest = new URLSearchParams(ctx.querystring);
  for (const name of protocolParameters) rest.delete(name);
  ctx.status = 303;
  ctx.redirect(rest.size > 0 ? `/account?${rest}` : '/account');
}

function welcome({ role }: Account, { demo }: Config) {
  return { administrator: role === 'administrator', ...(demo ? { demoUrl: '/try' } : undefined) };
}

/**
 * The account page is an app of its own that wants a session and no token (`response_type=none`). Who comes back
 * from there without a session chose not to sign in. Before there is an administrator `/` says how to become it.
 */
async function signInFirst({ config, accounts }: AccountRouteDependencies, ctx: Context): Promise<void> {
  const query = new URLSearchParams({
    client_id: accountAppId,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${config.issuer}/account`,
  });
  // Before setup there is nobody who could sign in, unless everybody may sign up.
  const mayEnter = config.signUp === 'open' || (await hasAdministrator({ accounts }));
  const goHome = 'error' in ctx.query || !mayEnter;
  ctx.status = 303;
  ctx.redirect(goHome ? '/' : `/auth?${query}`);
}

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

const changeProfile: Handler = async ({ accounts, audit, mail, config, now }, ctx, { account }) => {
  const fields = await readBody(ctx, bodies.profile);
  const profile = parseProfile({ ...fields, userName: account.userName });
  const changed = withProfile(account, profile, now());
  await replace(accounts, account, changed);
  await tellOfNewAddress({ mail, issuer: config.issuer }, { before: account, after: changed });
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
