import { type Html, html } from '../html.ts';
import { actorText, appLink, type EventRow, eventTitle, eventTypes } from './events.ts';
import { type ConsoleContext, consolePage, type Notice } from './frame.ts';
import { exactTime } from './parts/facts.ts';
import { filterBar, selectField, textField } from './parts/forms.ts';
import { type Column, dataTable, emptyState, type Paging, pager, tableRows } from './parts/table.ts';
import { personLink } from './people/person-facts.ts';
import { consoleUrls, withQuery } from './urls.ts';

export interface AuditFilters {
  person?: string;
  app?: string;
  passkey?: string;
  type?: string;
  /** Dates, UTC: `2027-01-31`. */
  from?: string;
  until?: string;
}

export interface AuditData extends Paging {
  filters: AuditFilters;
  /** Newest first. */
  events: readonly EventRow[];
  /** Shows what comes in; only on the first page. */
  live?: { newest: string };
  notice?: Notice;
}

export function auditPage(
  page: ConsoleContext,
  { filters, events, live, notice, ...paging }: AuditData,
): Html {
  const { words } = page;
  const query = { ...filters };
  return consolePage(page, {
    section: 'audit',
    heading: words('console.audit'),
    notice,
    ...(live && { live: { url: withQuery(consoleUrls.auditLive, query), newest: live.newest } }),
    actions: html`<a class="button" href="${withQuery(consoleUrls.auditExport, query)}" download>${words('audit.export')}</a>`,
    content: html`${filterBar(page, {
      action: consoleUrls.audit,
      isFiltered: Object.values(filters).some(Boolean),
      content: html`${selectField({ within: 'filter', name: 'type', label: words('audit.type'), value: filters.type, options: [{ value: '', label: words('console.any') }, ...eventTypes(page)] })}
${textField({ within: 'filter', name: 'person', label: words('sessionList.byPerson'), value: filters.person, maxLength: 254 })}
${textField({ within: 'filter', name: 'app', label: words('sessionList.byApp'), value: filters.app, maxLength: 200 })}
${filters.passkey && textField({ within: 'filter', name: 'passkey', label: words('sessionList.byPasskey'), value: filters.passkey, maxLength: 2000 })}
${textField({ within: 'filter', name: 'from', label: words('audit.from'), type: 'date', value: filters.from, maxLength: 10 })}
${textField({ within: 'filter', name: 'until', label: words('audit.until'), type: 'date', value: filters.until, maxLength: 10 })}`,
    })}
${live && html`<label class="check needs-scripts"><input type="checkbox" data-live><span>${words('audit.live')}</span></label>`}
${dataTable<EventRow>({
  id: 'events',
  caption: words('console.audit'),
  rows: events,
  columns: columnsOf(page),
  empty: emptyState({ heading: words('audit.none'), text: words('audit.noneText') }),
})}
${pager(page, { url: consoleUrls.audit, query, paging })}`,
  });
}

/** What a page that is looked at is given when something happens. */
export function auditRows(page: ConsoleContext, events: readonly EventRow[]): Html {
  return tableRows(columnsOf(page), events);
}

function columnsOf(page: ConsoleContext): Column<EventRow>[] {
  const { words } = page;
  return [
    {
      label: words('audit.what'),
      cell: (event) =>
        html`<details class="event"><summary><span>${eventTitle(page, event)}</span></summary><pre><code>${event.json}</code></pre></details>`,
    },
    { label: words('audit.when'), kind: 'time', cell: ({ at }) => exactTime(page, at) },
    { label: words('audit.who'), cell: (event) => actorText(page, event) },
    {
      label: words('audit.about'),
      cell: ({ person, app }) =>
        html`${person && personLink(person)}${person && app && ', '}${app && appLink(app)}`,
    },
  ];
}
