import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { badge, exactTime, since } from '../parts/facts.ts';
import { postButton } from '../parts/forms.ts';
import { dataTable, emptyState, type Paging, pager } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';
import { personLink } from './person-facts.ts';

type Status = 'pending' | 'approved' | 'done' | 'refused';

export interface ApprovalRow {
  id: string;
  /** Whose account it is. */
  person: { id: string; name: string };
  requestedBy: { id: string; name: string };
  decidedBy?: { id: string; name: string };
  status: Status;
  createdAt: number;
  expiresAt: number;
  /** What whoever looks may do with it. */
  may: { approve: boolean; refuse: boolean; handOver: boolean };
}

export interface ApprovalsData extends Paging {
  approvals: readonly ApprovalRow[];
  notice?: Notice;
}

const statuses: Readonly<Record<Status, MessageKey>> = {
  pending: 'approval.pending',
  approved: 'approval.approved',
  done: 'approval.done',
  refused: 'approval.refused',
};

/** What one person asked for and another one allows: neither has the link alone. */
export function approvalsPage(page: ConsoleContext, data: ApprovalsData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'people',
    heading: words('approval.heading'),
    lead: words('approval.lead'),
    notice: data.notice,
    content: html`${dataTable<ApprovalRow>({
      caption: words('approval.heading'),
      rows: data.approvals,
      empty: emptyState({ heading: words('approval.none'), text: words('approval.noneText') }),
      columns: [
        { label: words('approval.person'), cell: ({ person }) => personLink(person) },
        {
          label: words('approval.askedBy'),
          cell: ({ requestedBy, createdAt }) =>
            html`<span>${personLink(requestedBy)}, ${since(page, createdAt, '')}</span>`,
        },
        { label: words('approval.state'), cell: (row) => stateOf(page, row) },
        { label: words('approval.until'), kind: 'time', cell: ({ expiresAt }) => exactTime(page, expiresAt) },
        { label: words('approval.actions'), kind: 'actions', quiet: true, cell: (row) => actions(page, row) },
      ],
    })}
${pager(page, { url: consoleUrls.approvals, query: {}, paging: data })}`,
  });
}

function stateOf({ words }: ConsoleContext, { status, decidedBy }: ApprovalRow): Html {
  const kind = status === 'approved' ? 'good' : status === 'pending' ? 'caution' : 'plain';
  return html`<span>${badge(words(statuses[status]), kind)}${decidedBy && html` ${personLink(decidedBy)}`}</span>`;
}

function actions({ words }: ConsoleContext, { id, person: { name }, may }: ApprovalRow): Html {
  return html`${may.approve && postButton({ action: consoleUrls.approval(id, 'approve'), label: words('approval.approve'), about: name })}
${may.handOver && postButton({ action: consoleUrls.approval(id, 'link'), label: words('approval.handOver'), about: name, kind: 'small primary' })}
${may.refuse && postButton({ action: consoleUrls.approval(id, 'refuse'), label: words('approval.refuse'), about: name })}`;
}
