import { z } from 'zod';
import { AppError } from '../errors.ts';
import { maySignIn } from '../sign-ins/standing.ts';
import type { Account } from '../storage.ts';
import { personToActOn } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { exportPerson, personExport } from './export-person.ts';
import { passkeysOf } from './invite.ts';
import { operation, personRef } from './operation.ts';
import { accountShape } from './shapes.ts';

const onePerson = z.strictObject({ user: personRef });
const ended = z.int().describe('Sessions, grants and tokens.');

/** Taking away a person's access, for a while or for good. */
export const suspensionOperations = {
  disable: operation({
    scope: 'people:write',
    summary: 'Shut a person out: sessions, grants and tokens end at once',
    http: 'POST /people/{user}/disable',
    input: onePerson,
    output: z.object({ account: accountShape, ended }),
    errors: ['not_found', 'last_administrator', 'conflict'],
    changes: 'account.disabled',
    async run(context, { user }) {
      const done = await shutOut(context, await personToActOn(context, user));
      context.note({ details: { ended: done.ended } });
      return done;
    },
  }),
  enable: operation({
    scope: 'people:write',
    summary: 'Let a person in again',
    http: 'POST /people/{user}/enable',
    input: onePerson,
    output: z.object({ account: accountShape }),
    errors: ['not_found', 'conflict'],
    changes: 'account.enabled',
    async run(context, { user }) {
      const account = await personToActOn(context, user);
      if (account.status === 'active') return { account };
      // Once more: what a request stored that was under way when the account was disabled.
      await context.sessions.endAccount(account.sub);
      return { account: await setStatus(context, account, 'active') };
    },
  }),
  remove: operation({
    scope: 'people:write',
    summary: 'Remove a person with their passkeys and everything that was issued to them',
    http: 'DELETE /people/{user}',
    input: onePerson.extend({
      export: z
        .boolean()
        .default(false)
        .describe('Gives out what was held of them, as `people.export` does.'),
    }),
    output: z.object({ removed: z.literal(true), ended, export: personExport.exactOptional() }),
    errors: ['not_found', 'last_administrator', 'conflict'],
    changes: 'account.removed',
    async run(context, { user, export: isAsked }) {
      const { storage, administration, note } = context;
      const person = await personToActOn(context, user);
      const given = isAsked ? { export: await exportPerson(context, person) } : {};
      const { account, ended } = await shutOut(context, person);
      for (const userHandle of account.userHandles) await administration.removePasskeys({ userHandle });
      // Before the account goes: what is broken off here is finished when it is repeated.
      await context.audit.forget(account.id);
      await storage.accounts.remove(account.id);
      await storage.artifacts.removeByAccount(account.sub);
      note({ details: { ended, exported: isAsked } });
      return { removed: true as const, ended, ...given };
    },
  }),
};

async function setStatus(
  { storage, now }: AdminContext,
  account: Account,
  status: Account['status'],
): Promise<Account> {
  const changed = { ...account, status, updatedAt: now(), revision: account.revision + 1 };
  if (!(await storage.accounts.update(changed, account.revision)))
    throw new AppError('conflict', { detail: account.id });
  return changed;
}

/** First the account, so that nothing new begins; then what it has. */
async function shutOut(context: AdminContext, account: Account) {
  const { storage, sessions } = context;
  const disabled = account.status === 'disabled' ? account : await setStatus(context, account, 'disabled');
  if (account.role === 'administrator') await requireAdministratorLeft(context, account, disabled);
  await storage.invitations.removeByAccount(account.id);
  await storage.approvals.removeByAccount(account.id);
  return { account: disabled, ended: await sessions.endAccount(account.sub) };
}

/**
 * Looks once the change is stored, and takes it back where nobody would be left: two administrators who shut each other
 * out at the same moment both find nobody left, and give way. @throws AppError `last_administrator`
 */
export async function requireAdministratorLeft(
  context: AdminContext,
  before: Account,
  after: Account,
): Promise<void> {
  if (await hasActiveAdministrator(context)) return;
  const restored = { ...before, updatedAt: context.now(), revision: after.revision + 1 };
  await context.storage.accounts.update(restored, after.revision);
  throw new AppError('last_administrator', { field: 'user' });
}

/** Active, and with a passkey to come in with: one who was only invited could not help anybody. */
async function hasActiveAdministrator(context: AdminContext): Promise<boolean> {
  const administrators = await context.storage.accounts.listByRole('administrator');
  const active = administrators.filter(({ status }) => status === 'active');
  const lists = await Promise.all(active.map((account) => passkeysOf(context, account)));
  return lists.some((passkeys) => passkeys.some(maySignIn));
}
