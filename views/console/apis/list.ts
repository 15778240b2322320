import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { count } from '../parts/facts.ts';
import { dataTable, emptyState } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';

export interface ApiRow {
  id: string;
  name: string;
  audience: string;
  /** Names. */
  scopes: readonly string[];
  apps: number;
  tokenFormat: 'jwt' | 'opaque';
}

export interface ApisData {
  apis: readonly ApiRow[];
  mayChange: boolean;
  notice?: Notice;
}

export const formatWords = { jwt: 'api.jwt', opaque: 'api.opaque' } as const;

export function apisPage(page: ConsoleContext, { apis, mayChange, notice }: ApisData): Html {
  const { words } = page;
  const action =
    mayChange && html`<a class="button primary" href="${consoleUrls.newApi}">${words('api.new')}</a>`;
  return consolePage(page, {
    section: 'apis',
    heading: words('console.apis'),
    notice,
    ...(apis.length > 0 && { lead: words('api.lead') }),
    ...(action && apis.length > 0 && { actions: action }),
    content: dataTable<ApiRow>({
      caption: words('console.apis'),
      rows: apis,
      empty: emptyState({
        heading: words('api.none'),
        text: words('api.noneText'),
        action: action || undefined,
      }),
      columns: [
        {
          label: words('api.one'),
          cell: ({ id, name, audience }) =>
            html`<a href="${consoleUrls.api(id)}"><bdi>${name}</bdi></a><small><bdi>${audience}</bdi></small>`,
        },
        { label: words('app.scopes'), cell: ({ scopes }) => scopes.join(', ') },
        { label: words('api.tokens'), cell: ({ tokenFormat }) => words(formatWords[tokenFormat]) },
        { label: words('console.apps'), kind: 'number', cell: ({ apps }) => count(page, apps) },
      ],
    }),
  });
}
