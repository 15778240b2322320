import { type Html, html } from '../../html.ts';
import type { PageContext } from '../../page.ts';
import { type ConsoleContext, type ConsoleLayout, consolePage } from '../frame.ts';
import { postForm } from './forms.ts';

export interface Danger {
  heading: string;
  /** What ends, in words: "Ends 3 sessions and disconnects 2 apps." */
  text: Html | string;
  /** A form that does it; or a page that asks once more. */
  act:
    | { action: string; button: string; fields?: Html | undefined; revision?: number; isMild?: boolean }
    | { url: string; label: string };
}

/** Apart from everything else: what ends something. It opens to say what, and only then has its button. */
export function dangerZone(
  { words }: PageContext,
  dangers: readonly (Danger | false | undefined)[],
): Html | undefined {
  const shown = dangers.filter((danger): danger is Danger => Boolean(danger));
  if (shown.length === 0) return undefined;
  return html`<section class="panel danger-zone" aria-labelledby="danger"><div class="panel-head"><h2 id="danger">${words('console.danger')}</h2></div>
${shown.map(
  ({ heading, text, act }) =>
    html`<details><summary>${heading}</summary><div class="danger-body"><p>${text}</p>${
      'url' in act
        ? html`<div class="actions"><a class="button" href="${act.url}">${act.label}</a></div>`
        : actForm(act)
    }</div></details>`,
)}</section>`;
}

function actForm({
  action,
  button,
  fields,
  revision,
  isMild,
}: Extract<Danger['act'], { action: string }>): Html {
  return postForm({
    action,
    content: html`${fields}`,
    submit: button,
    ...(isMild ? {} : { kind: 'danger' as const }),
    ...(revision === undefined ? {} : { revision }),
  });
}

export interface Confirmation extends Pick<ConsoleLayout, 'section' | 'crumbs' | 'notice'> {
  heading: string;
  /** Sentences: what happens, and what cannot be taken back. */
  consequences: readonly (Html | string)[];
  before?: Html | undefined;
  fields?: Html | undefined;
  action: string;
  button: string;
  backUrl: string;
  revision?: number;
}

/** Asks once more, on a page of its own, before something that cannot be taken back. */
export function confirmPage(page: ConsoleContext, confirmation: Confirmation): Html {
  const {
    section,
    crumbs,
    notice,
    heading,
    consequences,
    before,
    fields,
    action,
    button,
    backUrl,
    revision,
  } = confirmation;
  return consolePage(page, {
    section,
    heading,
    width: 'reading',
    ...(crumbs && { crumbs }),
    notice,
    content: html`<section class="panel"><ul class="facts">${consequences.map((each) => html`<li>${each}</li>`)}</ul>
${before}
${postForm({
  action,
  content: html`${fields}`,
  submit: button,
  kind: 'danger',
  cancel: { url: backUrl, label: page.words('action.cancel') },
  ...(revision === undefined ? {} : { revision }),
})}</section>`,
  });
}
