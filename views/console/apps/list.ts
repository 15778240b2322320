import { type Html, html } from '../../html.ts';
import { appPicture } from '../../parts/app-face.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { filterBar, textField } from '../parts/forms.ts';
import { dataTable, emptyState, type Paging, pager } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';
import { type AppRow, kindNames } from './app-facts.ts';

export interface AppsData extends Paging {
  apps: readonly AppRow[];
  search?: string;
  mayAdd: boolean;
  notice?: Notice;
}

export function appsPage(page: ConsoleContext, { apps, search, mayAdd, notice, ...paging }: AppsData): Html {
  const { words } = page;
  const action =
    mayAdd && html`<a class="button primary" href="${consoleUrls.newApp}">${words('appList.new')}</a>`;
  const registered = apps.filter(({ isRegistered }) => isRegistered);
  const entered = apps.filter(({ isRegistered }) => !isRegistered);
  const isEmpty = apps.length === 0 && !search && !paging.isFurther;
  return consolePage(page, {
    section: 'apps',
    heading: words('console.apps'),
    notice,
    ...(action && !isEmpty && { actions: action }),
    content: html`${
      !isEmpty &&
      filterBar(page, {
        action: consoleUrls.apps,
        isFiltered: Boolean(search),
        content: textField({
          within: 'filter',
          name: 'search',
          label: words('appList.search'),
          type: 'search',
          value: search,
          maxLength: 200,
        }),
      })
    }
${appTable(page, entered, registered.length > 0 && entered.length === 0 ? html`` : isEmpty ? emptyState({ heading: words('appList.none'), text: words('appList.noneText'), action: action || undefined }) : emptyState({ heading: words('appList.notFound'), text: words('appList.notFoundText') }))}
${registered.length > 0 && html`<h2>${words('appList.registered')}</h2>${appTable(page, registered)}`}
${mayAdd && html`<p><a href="${consoleUrls.registration}">${words('registration.heading')}</a></p>`}
${pager(page, { url: consoleUrls.apps, query: { search }, paging })}`,
  });
}

export function appTable(page: ConsoleContext, apps: readonly AppRow[], empty?: Html): Html {
  const { words } = page;
  return dataTable<AppRow>({
    caption: words('console.apps'),
    rows: apps,
    ...(empty && { empty }),
    columns: [
      {
        label: words('appList.name'),
        cell: (app) =>
          html`<span class="with-picture">${appPicture(app)}<span><a href="${consoleUrls.app(app.id)}"><bdi>${app.name}</bdi></a><small>${app.host ? html`<bdi>${app.host}</bdi>` : words('appList.noAddress')}</small></span></span>`,
      },
      { label: words('appList.kind'), cell: ({ kind }) => words(kindNames[kind]) },
    ],
  });
}
