import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { choices, type FieldProblems, postForm, selectField, textArea, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';

/** What was typed: lists are lines. */
export interface ApiFields {
  audience: string;
  name: string;
  /** A line each: its name, and the sentence that people read. */
  scopes: string;
  tokenFormat: string;
  tokenLifetime: string;
  signingAlg: string;
  introspectedBy: string;
  /** JSON. */
  detailTypes: string;
}

export interface ApiFormData {
  /** Absent where it is a new one. */
  api?: { id: string; name: string; audience: string; revision: number };
  fields: ApiFields;
  problems: FieldProblems;
  notice?: Notice;
}

export function apiFormPage(page: ConsoleContext, data: ApiFormData): Html {
  const { words } = page;
  const { api } = data;
  const back = api ? consoleUrls.api(api.id) : consoleUrls.apis;
  return consolePage(page, {
    section: 'apis',
    crumbs: api ? [{ label: api.name, url: back }] : [],
    heading: words(api ? 'api.edit' : 'api.new'),
    width: 'reading',
    notice: data.notice,
    content: html`<section class="panel">${postForm({
      action: api ? consoleUrls.api(api.id, 'edit') : consoleUrls.newApi,
      ...(api && { revision: api.revision }),
      submit: words(api ? 'profile.save' : 'api.newButton'),
      kind: 'primary',
      cancel: { url: back, label: words('action.cancel') },
      content: html`${naming(page, data)}
${tokens(page, data)}
${details(page, data)}`,
    })}</section>`,
  });
}

function naming({ words }: ConsoleContext, { api, fields, problems }: ApiFormData): Html {
  return html`${textField({ name: 'name', label: words('newApp.name'), hint: words('api.nameHint'), value: fields.name, required: true, maxLength: 100, problem: problems.name })}
${
  api
    ? html`<div class="field"><p class="copy-label">${words('api.audience')}</p><p><code>${api.audience}</code></p><p class="hint">${words('api.audienceStays')}</p></div>`
    : textField({
        name: 'audience',
        label: words('api.audience'),
        hint: words('api.audienceHint'),
        type: 'url',
        value: fields.audience,
        required: true,
        maxLength: 500,
        problem: problems.audience,
      })
}
${textArea({ name: 'scopes', label: words('api.scopes'), hint: html`${words('api.scopesHint')} <code>invoices:read ${words('api.scopesExample')}</code>${api && html` ${words('api.scopesGone')}`}`, value: fields.scopes, rows: 4, maxLength: 40_000, problem: problems.scopes })}`;
}

function tokens({ words }: ConsoleContext, { fields, problems }: ApiFormData): Html {
  const algorithms = ['ES256', 'RS256', 'PS256'].map((value) => ({ value, label: value }));
  return html`${choices({
    kind: 'radio',
    name: 'tokenFormat',
    label: words('api.tokens'),
    chosen: [fields.tokenFormat],
    problem: problems.tokenFormat,
    options: [
      { value: 'jwt', label: words('api.jwt'), hint: words('api.jwtHint') },
      { value: 'opaque', label: words('api.opaque'), hint: words('api.opaqueHint') },
    ],
  })}
<div class="form-grid">${textField({ name: 'tokenLifetime', label: words('api.life'), hint: words('api.lifeHint'), type: 'number', value: fields.tokenLifetime, required: true, maxLength: 6, problem: problems.tokenLifetime })}${selectField({ name: 'signingAlg', label: words('api.signs'), hint: words('api.signsHint'), value: fields.signingAlg, options: algorithms, problem: problems.signingAlg })}</div>
${textArea({ name: 'introspectedBy', label: words('api.introspectedBy'), hint: words('api.introspectedByHint'), value: fields.introspectedBy, rows: 2, maxLength: 5000, problem: problems.introspectedBy ?? problems.apps, isCode: true })}`;
}

function details({ words }: ConsoleContext, { fields, problems }: ApiFormData): Html {
  const isOpen = fields.detailTypes !== '' || problems.detailTypes !== undefined;
  return html`<details${isOpen && html` open`}><summary>${words('api.detailTypes')}</summary><div class="form-part">${textArea({ name: 'detailTypes', label: words('api.detailTypesLabel'), hint: words('api.detailTypesHint'), value: fields.detailTypes, rows: 8, maxLength: 100_000, problem: problems.detailTypes, isCode: true })}</div></details>`;
}
