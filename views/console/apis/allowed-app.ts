import { type Html, html } from '../../html.ts';
import type { AppKind } from '../apps/app-facts.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { choices, type FieldProblems, postForm } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import type { ApiDetails } from './api.ts';

export interface AllowedAppData {
  api: ApiDetails;
  app: { id: string; name: string; kind: AppKind };
  fields: { people: readonly string[]; machine: readonly string[]; details: readonly string[] };
  problems: FieldProblems;
  notice?: Notice;
}

/** What one app may ask for at one API. */
export function allowedAppPage(page: ConsoleContext, data: AllowedAppData): Html {
  const { words } = page;
  const { api, app } = data;
  return consolePage(page, {
    section: 'apis',
    crumbs: [{ label: api.name, url: consoleUrls.api(api.id) }],
    heading: words.rich('api.allowedHeading', { app: html`<bdi>${app.name}</bdi>` }),
    title: words('api.allowedHeading', { app: app.name }),
    lead: words('api.allowedLead'),
    width: 'reading',
    notice: data.notice,
    content: html`<section class="panel">${postForm({
      action: consoleUrls.api(api.id, 'apps', app.id),
      revision: api.revision,
      submit: words('profile.save'),
      kind: 'primary',
      cancel: { url: consoleUrls.api(api.id), label: words('action.cancel') },
      content: fieldsFor(page, data),
    })}</section>`,
  });
}

/** Nobody signs in to a machine, and only apps with a secret of their own ask for themselves. */
function fieldsFor({ words }: ConsoleContext, { api, app, fields, problems }: AllowedAppData): Html {
  const hasPeople = app.kind !== 'machine';
  const hasOwn = app.kind === 'machine' || fields.machine.length > 0;
  const scopes = api.scopes.map(({ name, sentence }) => ({ value: name, label: name, hint: sentence }));
  const types = api.detailTypes.map(({ type, sentence }) => ({ value: type, label: type, hint: sentence }));
  return html`${
    (hasPeople || fields.people.length > 0) &&
    choices({
      kind: 'checkbox',
      name: 'people',
      label: words('api.people'),
      hint: words('api.peopleHint'),
      chosen: fields.people,
      options: scopes,
      problem: problems.apps,
    })
  }
${hasPeople && types.length > 0 && choices({ kind: 'checkbox', name: 'details', label: words('api.detailTypes'), chosen: fields.details, options: types })}
${
  hasOwn &&
  choices({
    kind: 'checkbox',
    name: 'machine',
    label: words('api.machine'),
    hint: words('api.machineHint'),
    chosen: fields.machine,
    options: scopes,
    problem: problems.apps,
  })
}`;
}
