import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Account, Approval } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { giveRecovery, mayApprove } from './begin-recovery.ts';
import { operation, pageOf, pageQuery } from './operation.ts';
import { requireMayActOn } from './permission.ts';
import { accountShape, approvalShape, linkShape } from './shapes.ts';

const oneApproval = z.strictObject({ id: z.string().min(1).max(200).describe('Id of an approval.') });

/** What one person asked for, and a second one allows. */
export const approvalOperations = {
  list: operation({
    scope: 'people:read',
    summary: 'List what waits for a second person, or was decided within a day',
    http: 'GET /approvals',
    input: z.strictObject(pageQuery),
    output: pageOf(approvalShape),
    run: ({ storage, now }, query) => storage.approvals.list({ ...query, now: now() }),
  }),
  approve: operation({
    scope: 'people:write',
    summary: 'Allow that the link of a recovery is handed to the person who asked for it',
    description:
      'Neither who asked nor whose account it is may, and nobody who may do less than that person.',
    http: 'POST /approvals/{id}/approve',
    input: oneApproval,
    output: approvalShape,
    errors: ['not_found', 'conflict'],
    changes: 'recovery.approved',
    async run(context, { id }) {
      const { approval, account } = await toDecide(context, id);
      const { caller } = context;
      if (caller.kind !== 'account')
        throw new AppError('forbidden', { detail: 'a person has to approve this, with a passkey' });
      if (caller.account.id === approval.requestedBy || !mayApprove(caller.account, account, context.now()))
        throw new AppError('forbidden', { detail: 'somebody else has to approve this' });
      return decide(context, approval, { status: 'approved', decidedBy: caller.account.id });
    },
  }),
  refuse: operation({
    scope: 'people:write',
    summary: 'Refuse a recovery, or take back that one was asked for or allowed',
    http: 'POST /approvals/{id}/refuse',
    input: oneApproval,
    output: approvalShape,
    errors: ['not_found', 'conflict'],
    changes: 'recovery.refused',
    async run(context, { id }) {
      const { approval } = await toDecide(context, id, ['pending', 'approved']);
      const { id: decidedBy } = context.actor;
      return decide(context, approval, { status: 'refused', ...(decidedBy && { decidedBy }) });
    },
  }),
  handOver: operation({
    scope: 'people:write',
    summary: 'Get the link of a recovery that a second person allowed, once',
    description: 'For who asked. Whether both still may is looked at again.',
    http: 'POST /approvals/{id}/link',
    input: oneApproval,
    output: z.object({ account: accountShape, link: linkShape }),
    errors: ['not_found', 'account_disabled', 'conflict'],
    changes: 'recovery.handed_over',
    async run(context, { id }) {
      const { approval, account } = await toDecide(context, id, ['approved']);
      const { caller } = context;
      if (caller.kind !== 'account' || caller.account.id !== approval.requestedBy)
        throw new AppError('forbidden', { detail: 'only who asked for it gets the link' });
      if (account.status !== 'active') throw new AppError('account_disabled', { detail: account.id });
      const second = await context.storage.accounts.findById(approval.decidedBy ?? '');
      if (!second || !mayApprove(second, account, context.now()))
        throw new AppError('forbidden', { detail: 'who approved it may no longer' });
      await decide(context, approval, { status: 'done' });
      const given = await giveRecovery(context, account);
      if ('sent' in given) throw new AppError('internal', { detail: 'an approved link was mailed' });
      return { account, ...given };
    },
  }),
};

/** @throws AppError `not_found`, `forbidden`, `conflict` where it is decided already */
async function toDecide(
  { storage, permissions, now, note }: AdminContext,
  id: string,
  states: readonly Approval['status'][] = ['pending'],
): Promise<{ approval: Approval; account: Account }> {
  const approval = await storage.approvals.find(id, now());
  const account = approval && (await storage.accounts.findById(approval.accountId));
  if (!approval || !account) throw new AppError('not_found', { field: 'id', detail: 'no such approval' });
  requireMayActOn(permissions, account);
  note({ accountId: account.id, details: { approval: id } });
  if (!states.includes(approval.status))
    throw new AppError('conflict', { detail: `this approval is ${approval.status}` });
  return { approval, account };
}

/** Of two who decide at once, one does. @throws AppError `conflict` */
async function decide(
  { storage }: AdminContext,
  approval: Approval,
  decision: Pick<Approval, 'status'> & { decidedBy?: string },
): Promise<Approval> {
  const next = { ...approval, ...decision, revision: approval.revision + 1 };
  if (!(await storage.approvals.update(next, approval.revision)))
    throw new AppError('conflict', { detail: approval.id });
  return next;
}
