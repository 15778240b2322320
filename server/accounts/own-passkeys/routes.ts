import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { browserBinding } from '../../http/cookies.ts';
import { readBody } from '../../http/input.ts';
import type { ProofPurpose } from '../../passkeys/manager.ts';
import type { Account } from '../account.ts';
import { handleWithPasskey, listPasskeys } from '../overview.ts';
import type { AccountRouteDependencies, Handler } from '../routes.ts';
import { confirmWithPasskey, finishOwnRegistration, recordRegistered } from './ceremonies.ts';

const purpose = z.enum(['add-passkey', 'rename-passkey', 'remove-passkey'] satisfies ProofPurpose[]);
const id = z.string().min(1).max(2000);
const bodies = {
  confirmOptions: z.strictObject({ purpose }),
  confirm: z.strictObject({ purpose, response: z.looseObject({}) }),
  addOptions: z.strictObject({ proof: id }),
  add: z.strictObject({ response: z.looseObject({}) }),
  rename: z.strictObject({ passkeyId: id, name: z.string().max(1000), proof: id }),
  remove: z.strictObject({ passkeyId: id, proof: id }),
};

/** A person's own passkeys: each change wants a passkey that was used for it within five minutes (ASVS 5.0 7.5.1). */
export function addPasskeyRoutes(
  router: Router,
  own: (handler: Handler) => (ctx: Context) => Promise<void>,
): void {
  router
    .post('/confirm/options', own(giveConfirmOptions))
    .post('/confirm', own(confirm))
    .post('/passkeys/options', own(giveAddOptions))
    .post('/passkeys', own(addPasskey))
    .post('/passkeys/rename', own(renamePasskey))
    .post('/passkeys/remove', own(removePasskey));
}

const giveConfirmOptions: Handler = async ({ manager }, ctx, { account }) => {
  const { purpose: wanted } = await readBody(ctx, bodies.confirmOptions);
  const userHandle = await handleWithPasskey({ manager }, account);
  ctx.body = await manager.beginAuthentication({ ...ceremony(ctx, account), purpose: wanted, userHandle });
};

const confirm: Handler = async (dependencies, ctx, { account }) => {
  const { purpose: wanted, response } = await readBody(ctx, bodies.confirm);
  const forwarded = { ...ceremony(ctx, account), purpose: wanted, response: response as never };
  ctx.body = { proof: await confirmWithPasskey(dependencies, account, forwarded) };
};

const giveAddOptions: Handler = async ({ manager, ruleBook }, ctx, { account }) => {
  const { proof } = await readBody(ctx, bodies.addOptions);
  const userHandle = await handleWithPasskey({ manager }, account);
  const user = { name: account.userName, displayName: account.name };
  ctx.body = await manager.beginRegistration({
    ...ceremony(ctx, account),
    authorization: { userHandle, proof },
    user,
    rules: await ruleBook.forRegistration(account),
  });
};

const addPasskey: Handler = async (dependencies, ctx, { account }) => {
  const { response } = await readBody(ctx, bodies.add);
  const rules = await dependencies.ruleBook.forRegistration(account);
  const forwarded = { ...ceremony(ctx, account), response: response as never, rules };
  const { passkey, receipt } = await finishOwnRegistration(dependencies, account, forwarded);
  await recordRegistered(dependencies, account, { receipt, by: 'account' });
  dependencies.news.set(ctx, { kind: 'passkey-added', passkeyName: passkey.name });
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
  await sessions.endMadeBy(account.sub, passkeyId);
  await audit.record({ type: 'passkey.removed', accountId: account.id, passkeyId });
  news.set(ctx, { kind: 'passkey-removed', passkeyName: name });
  ctx.body = { location: '/account' };
};

/** Ceremonies of the account page belong to this person in this browser, whatever session they have by then. */
function ceremony(ctx: Context, { id }: Account): { interaction: string; browser: string } {
  return { interaction: `account ${id}`, browser: browserBinding(ctx) };
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
