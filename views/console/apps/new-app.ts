import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { choices, type FieldProblems, postForm, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import { kinds } from './app-facts.ts';

export interface NewAppData {
  fields: { name?: string; kind?: string; redirectUri?: string; origin?: string };
  problems: FieldProblems;
  notice?: Notice;
}

/** A name, a kind, an address: everything else follows from the kind, and can be changed later. */
export function newAppPage(page: ConsoleContext, { fields, problems, notice }: NewAppData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'apps',
    crumbs: [],
    heading: words('appList.new'),
    lead: words('newApp.lead'),
    width: 'reading',
    notice,
    content: html`<section class="panel">${postForm({
      action: consoleUrls.newApp,
      submit: words('newApp.button'),
      kind: 'primary',
      cancel: { url: consoleUrls.apps, label: words('action.cancel') },
      content: html`${textField({ name: 'name', label: words('newApp.name'), hint: words('newApp.nameHint'), value: fields.name, required: true, maxLength: 100, problem: problems.name })}
${choices({
  kind: 'radio',
  name: 'kind',
  label: words('newApp.kind'),
  chosen: [fields.kind ?? 'web'],
  problem: problems.kind,
  options: kinds.map(({ value, label, hint }) => ({ value, label: words(label), hint: words(hint) })),
})}
<div data-only-for="kind web browser native">${textField({ name: 'redirectUri', label: words('newApp.redirect'), hint: words('newApp.redirectHint'), type: 'url', value: fields.redirectUri, maxLength: 2000, problem: problems.redirectUri })}</div>
<div data-only-for="kind proxied">${textField({ name: 'origin', label: words('site.origin'), hint: words('site.originHint'), type: 'url', value: fields.origin, maxLength: 2000, problem: problems.forwardAuth })}</div>`,
    })}</section>`,
  });
}
