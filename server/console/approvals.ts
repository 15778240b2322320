import { type ApprovalRow, approvalsPage } from '../../views/console/people/approvals.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { Administration } from '../admin/operations.ts';
import { linkGiven } from './person-forms.ts';
import { act, ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Visit } from './visit.ts';

type Approval = Awaited<ReturnType<Administration['approvals']['list']>>['items'][number];

export const approvalRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/approvals', run: showApprovals },
  { method: 'POST', path: '/approvals/:id/approve', run: (visit) => decide(visit, 'approve') },
  { method: 'POST', path: '/approvals/:id/refuse', run: (visit) => decide(visit, 'refuse') },
  { method: 'POST', path: '/approvals/:id/link', run: handOver },
];

async function showApprovals(visit: Visit): Promise<Answer> {
  const { after } = visit.query;
  const { items, next } = await visit.admin.approvals.list(after ? { after } : {});
  return {
    page: approvalsPage(visit.page, {
      approvals: await Promise.all(items.map((approval) => rowOf(visit, approval))),
      next,
      isFurther: Boolean(after),
      ...noticeOf(visit),
    }),
  };
}

async function rowOf(visit: Visit, approval: Approval): Promise<ApprovalRow> {
  const { id, status, createdAt, expiresAt, requestedBy, accountId, decidedBy } = approval;
  const own = visit.account.id;
  const mayDecide = may(visit, 'people:write') && accountId !== own;
  const isOpen = status === 'pending' || status === 'approved';
  return {
    ...{ id, status, createdAt, expiresAt },
    person: await nameOf(visit, accountId),
    requestedBy: await nameOf(visit, requestedBy),
    ...(decidedBy !== undefined && { decidedBy: await nameOf(visit, decidedBy) }),
    may: {
      approve: mayDecide && status === 'pending' && requestedBy !== own,
      refuse: mayDecide && isOpen,
      handOver: mayDecide && status === 'approved' && requestedBy === own,
    },
  };
}

async function nameOf({ admin }: Visit, user: string): Promise<{ id: string; name: string }> {
  const shown = await ifAllowed(() => admin.people.show({ user }));
  return { id: user, name: shown?.account.name ?? user };
}

function decide({ admin, params }: Visit, what: 'approve' | 'refuse'): Promise<Answer> {
  const { id = '' } = params;
  const key = what === 'approve' ? 'done.approved' : 'done.refused';
  return act(consoleUrls.approvals, { kind: 'success', key }, () => admin.approvals[what]({ id }));
}

async function handOver({ admin, params }: Visit): Promise<Answer> {
  const { id = '' } = params;
  let answer: Answer | undefined;
  const refused = await act(consoleUrls.approvals, { kind: 'success', key: 'done.saved' }, async () => {
    answer = linkGiven('recovery', await admin.approvals.handOver({ id }));
  });
  return answer ?? refused;
}
