import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';
import { linkFor } from './invite.ts';
import { createLink } from './links.ts';
import { operation, personRef } from './operation.ts';
import { accountShape, linkShape } from './shapes.ts';

/** What only whoever has the machine may do: from anywhere else it would be a way around the passkeys that there are. */
export const setupLinkOperations = {
  setupLink: operation({
    scope: 'system:write',
    onlyHere: true,
    summary: 'Make the link by which the first administrator comes in',
    http: 'POST /setup-link',
    input: z.strictObject({}),
    output: z.object({ link: linkShape }),
    errors: ['conflict'],
    changes: 'link.created',
    async run(context) {
      const { storage, administration: tickets, actor, note } = context;
      if ((await storage.accounts.listByRole('administrator')).length > 0)
        throw new AppError('conflict', {
          detail: 'there is an administrator already: name them with --for USER',
        });
      note({ details: { purpose: 'setup' } });
      const dependencies = { ...context, invitations: storage.invitations, tickets };
      return { link: await createLink(dependencies, { purpose: 'setup', actor }) };
    },
  }),
  setupLinkFor: operation({
    scope: 'system:write',
    onlyHere: true,
    summary: 'Make one more passkey for an administrator, when the host name changed or the key is lost',
    http: 'POST /people/{user}/setup-link',
    input: z.strictObject({ user: personRef }),
    output: z.object({ account: accountShape, link: linkShape }),
    errors: ['not_found', 'account_disabled'],
    changes: 'link.created',
    async run(context, { user }) {
      const account = await findAdministrator(context, user);
      context.note({ accountId: account.id, details: { purpose: 'additional' } });
      return { account, link: await linkFor(context, 'additional', { account }) };
    },
  }),
};

async function findAdministrator({ storage }: AdminContext, user: string) {
  const account = await findPerson(storage.accounts, user);
  if (account.status !== 'active') throw new AppError('account_disabled', { detail: account.id });
  if (account.role !== 'administrator')
    throw new AppError('forbidden', { field: 'user', detail: `${user} is no administrator: use recover` });
  return account;
}
