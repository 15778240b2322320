import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { since } from '../parts/facts.ts';
import { filterBar, selectField, textField } from '../parts/forms.ts';
import { dataTable, emptyState, type Paging, pager } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';
import { type PersonRow, personBadges, roles } from './person-facts.ts';

export interface PeopleFilters {
  search?: string;
  role?: string;
  status?: string;
}

export interface PeopleData extends Paging {
  people: readonly PersonRow[];
  filters: PeopleFilters;
  mayInvite: boolean;
  notice?: Notice;
}

export function peoplePage(page: ConsoleContext, data: PeopleData): Html {
  const { words } = page;
  const { people, filters, mayInvite } = data;
  const { search, role, status } = filters;
  return consolePage(page, {
    section: 'people',
    heading: words('console.people'),
    notice: data.notice,
    ...(mayInvite && {
      actions: html`<a class="button" href="${consoleUrls.approvals}">${words('approval.heading')}</a><a class="button" href="${consoleUrls.attributes}">${words('attributes.heading')}</a><a class="button primary" href="${consoleUrls.newPerson}">${words('people.invite')}</a>`,
    }),
    content: html`${filterBar(page, {
      action: consoleUrls.people,
      isFiltered: Boolean(search || role || status),
      content: html`${textField({ within: 'filter', name: 'search', label: words('people.search'), type: 'search', value: search, maxLength: 200 })}
${selectField({ within: 'filter', name: 'role', label: words('people.role'), value: role, options: [{ value: '', label: words('console.any') }, ...roles.map(({ value, label }) => ({ value, label: words(label) }))] })}
${selectField({
  within: 'filter',
  name: 'status',
  label: words('people.status'),
  value: status,
  options: [
    { value: '', label: words('console.any') },
    { value: 'active', label: words('person.active') },
    { value: 'disabled', label: words('person.disabled') },
  ],
})}`,
    })}
${peopleTable(page, people, emptyState({ heading: words('people.none'), text: words('people.noneText') }))}
${pager(page, { url: consoleUrls.people, query: { ...filters }, paging: data })}`,
  });
}

export function peopleTable(page: ConsoleContext, people: readonly PersonRow[], empty?: Html): Html {
  const { words } = page;
  return dataTable<PersonRow>({
    caption: words('console.people'),
    rows: people,
    ...(empty && { empty }),
    columns: [
      {
        label: words('people.name'),
        cell: (person) =>
          html`<a href="${consoleUrls.person(person.id)}"><bdi>${person.name}</bdi></a> ${personBadges(page, person)}`,
      },
      { label: words('people.userName'), cell: ({ userName }) => html`<bdi>${userName}</bdi>` },
      { label: words('people.email'), cell: ({ email }) => email && html`<bdi>${email}</bdi>` },
      {
        label: words('people.lastSignIn'),
        kind: 'time',
        cell: ({ lastSignInAt }) => since(page, lastSignInAt, words('people.never')),
      },
    ],
  });
}
