import { type Html, html } from '../html.ts';
import type { AppRow } from './apps/app-facts.ts';
import { appTable } from './apps/list.ts';
import { type ConsoleContext, consolePage } from './frame.ts';
import { panel } from './parts/facts.ts';
import { emptyState } from './parts/table.ts';
import { peopleTable } from './people/list.ts';
import type { PersonRow } from './people/person-facts.ts';
import { consoleUrls, withQuery } from './urls.ts';

export interface SearchData {
  text: string;
  people: readonly PersonRow[];
  apps: readonly AppRow[];
  /** Pages by their name or id, such as an event's or a sign-in's. */
  others: readonly { label: string; url: string }[];
}

/** Everything in one box: people by the beginning of their names, apps, and ids of what was logged. */
export function searchPage(page: ConsoleContext, { text, people, apps, others }: SearchData): Html {
  const { words } = page;
  const nothing = people.length + apps.length + others.length === 0;
  return consolePage(page, {
    heading: words('console.search'),
    search: text,
    content: html`${nothing && emptyState({ heading: words('search.none'), text: words('search.noneText') })}
${people.length > 0 && panel({ id: 'people', heading: words('console.people'), content: html`${peopleTable(page, people)}<p class="more"><a href="${withQuery(consoleUrls.people, { search: text })}">${words('search.allPeople')}</a></p>` })}
${apps.length > 0 && panel({ id: 'apps', heading: words('console.apps'), content: appTable(page, apps) })}
${others.length > 0 && panel({ id: 'others', heading: words('search.others'), content: html`<ul class="plain-list">${others.map(({ label, url }) => html`<li><a href="${url}">${label}</a></li>`)}</ul>` })}`,
  });
}
