import { type Html, html } from '../../html.ts';
import { duration } from '../apps/app.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { dangerZone } from '../parts/danger.ts';
import { copyField, exactDate, factList, panel } from '../parts/facts.ts';
import { type FieldProblems, postButton, postForm, textField } from '../parts/forms.ts';
import { dataTable } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';
import { formatWords } from './list.ts';

/** What an app may ask for at an API. */
export interface AllowedRow {
  /** Its client id. */
  id: string;
  name: string;
  people: readonly string[];
  machine: readonly string[];
  details: readonly string[];
}

export interface ApiDetails {
  id: string;
  audience: string;
  name: string;
  scopes: readonly { name: string; sentence: string }[];
  tokenFormat: 'jwt' | 'opaque';
  /** Seconds. */
  tokenLifetime: number;
  signingAlg: string;
  detailTypes: readonly { type: string; sentence: string }[];
  createdAt: number;
  revision: number;
}

export interface ApiData {
  api: ApiDetails;
  apps: readonly AllowedRow[];
  /** Apps that the API itself is. */
  introspectedBy: readonly { id: string; name: string }[];
  mayChange: boolean;
  /** The app that was to be allowed something, as it was typed. */
  app?: string;
  problems: FieldProblems;
  notice?: Notice;
}

export function apiPage(page: ConsoleContext, data: ApiData): Html {
  const { words } = page;
  const { api, apps, mayChange } = data;
  const life = duration(page.locale, api.tokenLifetime);
  return consolePage(page, {
    section: 'apis',
    crumbs: [],
    heading: html`<bdi>${api.name}</bdi>`,
    title: api.name,
    notice: data.notice,
    ...(mayChange && {
      actions: html`<a class="button" href="${consoleUrls.api(api.id, 'edit')}">${words('action.edit')}</a>`,
    }),
    content: html`${appsPanel(page, data)}
<div class="columns"><div>${scopesPanel(page, api)}</div><div>${settingsPanel(page, data)}</div></div>
${
  mayChange &&
  dangerZone(page, [
    {
      heading: words('api.remove'),
      text: html`${words('api.removeText', { count: apps.length })} ${words(api.tokenFormat === 'jwt' ? 'api.removeJwt' : 'api.removeOpaque', { life })}`,
      act: { action: consoleUrls.api(api.id, 'remove'), button: words('api.removeButton') },
    },
  ])
}`,
  });
}

function scopesPanel({ words }: ConsoleContext, { scopes, detailTypes }: ApiDetails): Html {
  const list = (rows: readonly { name: string; sentence: string }[]) =>
    html`<ul class="plain-list">${rows.map(({ name, sentence }) => html`<li><span><code class="plain">${name}</code><small>${sentence}</small></span></li>`)}</ul>`;
  const types = detailTypes.map(({ type, sentence }) => ({ name: type, sentence }));
  return html`${panel({ id: 'scopes', heading: words('api.scopes'), content: list(scopes) })}
${types.length > 0 && panel({ id: 'details', heading: words('api.detailTypes'), content: list(types) })}`;
}

function settingsPanel(page: ConsoleContext, { api, introspectedBy }: ApiData): Html {
  const { words } = page;
  const signs = api.tokenFormat === 'jwt' ? api.signingAlg : undefined;
  return panel({
    id: 'settings',
    heading: words('api.settings'),
    content: html`${copyField(page, { id: 'audience', label: words('api.audience'), value: api.audience })}
${factList([
  { label: words('api.tokens'), value: words(formatWords[api.tokenFormat]) },
  { label: words('app.signs'), value: signs },
  { label: words('app.lives'), value: duration(page.locale, api.tokenLifetime) },
  introspectedBy.length > 0 && {
    label: words('api.introspectedBy'),
    value: introspectedBy.map(
      ({ id, name }, index) =>
        html`${index > 0 && ', '}<a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>`,
    ),
  },
  { label: words('person.created'), value: exactDate(page, api.createdAt) },
])}
${api.tokenFormat === 'opaque' && introspectedBy.length === 0 && html`<p class="hint">${words('api.nobodyAsks')}</p>`}`,
  });
}

function appsPanel(page: ConsoleContext, data: ApiData): Html {
  const { words } = page;
  const { api, apps, mayChange, problems } = data;
  const codes = (values: readonly string[]) =>
    values.length > 0 ? values.join(', ') : html`<span class="quiet">–</span>`;
  return panel({
    id: 'apps',
    heading: words('api.apps'),
    content: html`${dataTable<AllowedRow>({
      caption: words('api.apps'),
      rows: apps,
      empty: html`<p class="hint">${words('api.noApps')}</p>`,
      columns: [
        {
          label: words('appList.name'),
          cell: ({ id, name }) => html`<a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>`,
        },
        { label: words('api.people'), cell: ({ people }) => codes(people) },
        { label: words('api.machine'), cell: ({ machine }) => codes(machine) },
        ...(api.detailTypes.length > 0
          ? [{ label: words('api.details'), cell: ({ details }: AllowedRow) => codes(details) }]
          : []),
        ...(mayChange ? [actions(page, api)] : []),
      ],
    })}
${
  mayChange &&
  postForm({
    action: consoleUrls.api(api.id, 'apps'),
    submit: words('api.choose'),
    content: textField({
      name: 'app',
      label: words('api.allow'),
      hint: words('api.allowHint'),
      value: data.app,
      maxLength: 200,
      required: true,
      problem: problems.app,
    }),
  })
}`,
  });
}

function actions({ words }: ConsoleContext, api: ApiDetails) {
  return {
    label: words('api.change'),
    kind: 'actions' as const,
    quiet: true,
    cell: ({ id, name }: AllowedRow) =>
      html`<a class="button small" href="${consoleUrls.api(api.id, 'apps', id)}">${words('api.change')}<span class="visually-hidden"> ${name}</span></a> ${postButton(
        {
          action: consoleUrls.api(api.id, 'apps', id, 'remove'),
          label: words('api.disallow'),
          about: name,
          fields: { revision: String(api.revision) },
        },
      )}`,
  };
}
