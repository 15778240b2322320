import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { emailLinkInvalidPage, verifyEmailPage } from '../../../views/pages/verify-email.ts';
import { AppError } from '../../errors.ts';
import { clearCookie, readCookie, setCookie } from '../../http/cookies.ts';
import { readBody, readQuery } from '../../http/input.ts';
import { showPage } from '../../http/page.ts';
import type { Account } from '../account.ts';
import type { AccountRouteDependencies, Handler } from '../routes.ts';
import { isStillTheirs, openEmailToken, sealEmailToken } from './email-token.ts';

const nothing = z.strictObject({});
const opened = z.looseObject({ token: z.string().max(1000).optional() });
const cookie = 'email';
/** Whoever presses the button again and again sends one mail in so many milliseconds. */
const pause = 5 * 60_000;

/** What a person does so that they can be let in again, and against being let in as somebody else. */
export function addRecoveryRoutes(
  router: Router,
  dependencies: AccountRouteDependencies,
  own: (handler: Handler) => (ctx: Context) => Promise<void>,
): void {
  router
    .post('/email/verify', own(askForProof))
    .get('/email', (ctx) => openLink(dependencies, ctx))
    .post('/email', (ctx) => verify(dependencies, ctx))
    .post('/recovery/stop', own(stopRecovery));
}

const askForProof: Handler = async ({ mail, secret, config, news, now }, ctx, { account }) => {
  await readBody(ctx, nothing);
  const { id, email, emailVerified, name, userName, locale } = account;
  if (!mail || email === undefined || emailVerified)
    throw new AppError('conflict', { detail: 'no address to verify, or no mail is sent' });
  const { token, expiresAt } = sealEmailToken(secret, { id, email }, now());
  const link = { url: `${config.issuer}/account/email?${new URLSearchParams({ token })}`, expiresAt };
  const letter = { kind: 'verifyAddress', to: email, accountId: id, name, userName, locale, link } as const;
  await mail.post(letter, `verify ${id} ${email} ${Math.floor(now() / pause)}`);
  news.set(ctx, { kind: 'verification-sent', email });
  ctx.body = {};
};

/** Opening a link changes nothing: programs that look at mail open them, too. The token leaves the address at once. */
async function openLink(dependencies: AccountRouteDependencies, ctx: Context): Promise<void> {
  const { token } = readQuery(ctx, opened);
  if (token) {
    setCookie(ctx, cookie, { value: token, minutes: 60 });
    ctx.status = 303;
    return ctx.redirect('/account/email');
  }
  const account = await claimed(dependencies, ctx);
  if (!account) return showPage(ctx, emailLinkInvalidPage(dependencies.readPage(ctx)), 410);
  const { email = '', userName } = account;
  showPage(ctx, verifyEmailPage(dependencies.readPage(ctx), { email, userName }));
}

/** Without a session: whoever has the mailbox may be somewhere else than where they are signed in. */
async function verify(dependencies: AccountRouteDependencies, ctx: Context): Promise<void> {
  await readBody(ctx, nothing);
  const account = await claimed(dependencies, ctx);
  if (!account) throw new AppError('link_invalid', { detail: 'not the address of an account any more' });
  const { accounts, audit, news, now } = dependencies;
  const verified = { ...account, emailVerified: true, updatedAt: now(), revision: account.revision + 1 };
  if (!(await accounts.update(verified, account.revision)))
    throw new AppError('conflict', { detail: account.id });
  clearCookie(ctx, cookie);
  await audit.record({ type: 'email.verified', accountId: account.id });
  news.set(ctx, { kind: 'email-verified', email: account.email ?? '' });
  ctx.body = { location: '/account' };
}

async function claimed(
  { accounts, secret, now }: AccountRouteDependencies,
  ctx: Context,
): Promise<Account | undefined> {
  const claim = openEmailToken(secret, readCookie(ctx, cookie) ?? '', now());
  const account = claim && (await accounts.findById(claim.accountId));
  return claim && isStillTheirs(account, claim) ? account : undefined;
}

/** Whoever can sign in has lost nothing: no link to a new passkey is of use any more, and none is handed over. */
const stopRecovery: Handler = async (
  { invitations, approvals, accounts, audit, news, now },
  ctx,
  { account },
) => {
  await readBody(ctx, nothing);
  await approvals.removeByAccount(account.id);
  await invitations.removeByAccount(account.id);
  const { recoveryBegunAt: _begun, ...rest } = account;
  if (!(await accounts.update({ ...rest, updatedAt: now(), revision: rest.revision + 1 }, rest.revision)))
    throw new AppError('conflict', { detail: account.id });
  const actor = { kind: 'account', id: account.id } as const;
  await audit.record({ type: 'recovery.refused', actor, accountId: account.id });
  news.set(ctx, { kind: 'recovery-stopped' });
  ctx.body = {};
};
