import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { panel } from '../parts/facts.ts';
import { dataTable } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';

/** An API that an app may use, or is itself. */
export interface AppApiRow {
  id: string;
  name: string;
  audience: string;
  /** What it may ask people for, and have for itself. */
  people: readonly string[];
  machine: readonly string[];
  /** It may ask about tokens: the app is the API itself. */
  isItself: boolean;
}

export function apisPanel(page: ConsoleContext, apis: readonly AppApiRow[]): Html {
  const { words } = page;
  return panel({
    id: 'apis',
    heading: words('app.apis'),
    content: dataTable<AppApiRow>({
      caption: words('app.apis'),
      rows: apis,
      empty: html`<p class="hint">${words.rich('app.apisNone', { apis: html`<a href="${consoleUrls.apis}">${words('console.apis')}</a>` })}</p>`,
      columns: [
        {
          label: words('api.one'),
          cell: ({ id, name, audience }) =>
            html`<a href="${consoleUrls.api(id)}"><bdi>${name}</bdi></a><small><bdi>${audience}</bdi></small>`,
        },
        { label: words('api.people'), cell: ({ people }) => people.join(', ') || '–' },
        {
          label: words('api.machine'),
          cell: ({ machine, isItself }) =>
            [...machine, ...(isItself ? [words('app.apiItself')] : [])].join(', ') || '–',
        },
      ],
    }),
  });
}
