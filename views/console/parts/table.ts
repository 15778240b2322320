import { type Html, html, type Renderable } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { withQuery } from '../urls.ts';

export interface Column<Row> {
  label: string;
  /** Numbers stand in line by their digits, at the end of their column. */
  kind?: 'number' | 'time' | 'actions';
  /** The label is for screen readers alone: the cells say what they are. */
  quiet?: boolean;
  cell: (row: Row, index: number) => Renderable;
}

interface TableOptions<Row> {
  /** What the table holds, for screen readers. */
  caption: string;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** Says that there is nothing, and what to do about it. */
  empty?: Html;
  id?: string;
}

/**
 * A table on wide screens, on a phone a list of cards where each value stands beside its label. Roles are written out:
 * browsers forget them where a table is laid out as something else.
 */
export function dataTable<Row>(options: TableOptions<Row>): Html {
  const { caption, columns, rows, empty, id } = options;
  if (rows.length === 0 && empty) return empty;
  return html`<div class="table-frame"><table class="table" role="table"${id && html` id="${id}"`}><caption class="visually-hidden">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(heading)}</tr></thead>
<tbody role="rowgroup">${tableRows(columns, rows)}</tbody></table></div>`;
}

/** For who adds rows to a table that is there. */
export function tableRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`${rows.map((row, index) => html`<tr role="row">${columns.map((column, place) => cell(column, { row, index, place }))}</tr>`)}`;
}

function heading<Row>({ label, kind, quiet }: Column<Row>): Html {
  return html`<th scope="col" role="columnheader"${kind && html` class="${kind}"`}>${quiet ? html`<span class="visually-hidden">${label}</span>` : label}</th>`;
}

interface CellPlace<Row> {
  row: Row;
  index: number;
  place: number;
}

function cell<Row>(column: Column<Row>, { row, index, place }: CellPlace<Row>): Html {
  const { label, kind, quiet } = column;
  const content = column.cell(row, index);
  if (place === 0) return html`<th scope="row" role="rowheader">${content}</th>`;
  return html`<td role="cell"${kind && html` class="${kind}"`}${!quiet && html` data-label="${label}"`}>${content}</td>`;
}

export interface Paging {
  /** Where the next page begins; absent on the last one. */
  next?: string | undefined;
  /** Not the first page. */
  isFurther?: boolean;
}

/** Lists have no totals: counting a million rows costs more than showing fifty. */
export function pager(
  { words }: ConsoleContext,
  {
    url,
    query,
    paging,
  }: { url: string; query: Readonly<Record<string, string | undefined>>; paging: Paging },
): Html | undefined {
  if (!paging.next && !paging.isFurther) return undefined;
  return html`<nav class="pager" aria-label="${words('console.pages')}">
${paging.isFurther && html`<a class="button small" href="${withQuery(url, query)}">${words('console.toStart')}</a>`}
${paging.next && html`<a class="button small" rel="next" href="${withQuery(url, { ...query, after: paging.next })}">${words('console.next')}</a>`}
</nav>`;
}

/** Where there is nothing yet: what would be here, and the way to the first of it. */
export function emptyState({
  heading,
  text,
  action,
}: {
  heading: string;
  text: Html | string;
  action?: Html | undefined;
}): Html {
  return html`<div class="empty"><h2>${heading}</h2><p>${text}</p>${action}</div>`;
}
