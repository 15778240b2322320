import { type Html, html } from '../../html.ts';
import type { PageContext } from '../../page.ts';
import { type Field, field } from '../../parts/field.ts';

/** What the server says of single fields, by their names. */
export type FieldProblems = Readonly<Record<string, string>>;

interface Labelled {
  name: string;
  label: string;
  hint?: Html | string | undefined;
  problem?: string | undefined;
  /** Prefix of ids, where a page holds several forms. */
  within?: string;
}

export interface Option {
  value: string;
  label: string;
}

/** Ids and descriptions as `field` makes them. */
function describe({ name, hint, problem, within = 'form' }: Labelled) {
  const id = `${within}-${name}`;
  return {
    id,
    attributes: html`${problem && html` aria-invalid="true"`} aria-describedby="${hint && `${id}-hint `}${id}-problem"`,
    hintText: hint && html`<p class="hint" id="${id}-hint">${hint}</p>`,
    problemText: html`<p class="field-problem" id="${id}-problem">${problem}</p>`,
  };
}

/** Fields of the console are not about the person who fills them in: browsers shall not offer theirs. */
export function textField(given: Omit<Field, 'autocomplete'>): Html {
  return field({ ...given, autocomplete: 'off' });
}

export function selectField(
  given: Labelled & { options: readonly Option[]; value?: string | undefined },
): Html {
  const { id, attributes, hintText, problemText } = describe(given);
  return html`<div class="field"><label for="${id}">${given.label}</label>${hintText}
<select id="${id}" name="${given.name}"${attributes}>${given.options.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === (given.value ?? '') && html` selected`}>${label}</option>`,
  )}</select>
${problemText}</div>`;
}

export function textArea(
  given: Labelled & { value?: string | undefined; rows?: number; maxLength: number; isCode?: boolean },
): Html {
  const { id, attributes, hintText, problemText } = describe(given);
  return html`<div class="field"><label for="${id}">${given.label}</label>${hintText}
<textarea id="${id}" name="${given.name}" rows="${given.rows ?? 3}" maxlength="${given.maxLength}" spellcheck="false" autocapitalize="none"${given.isCode && html` class="code"`}${attributes}>${given.value ?? ''}</textarea>
${problemText}</div>`;
}

export interface Choice extends Option {
  hint?: string | undefined;
}

/** One of a few, each with what it means; or any of them. */
export function choices(
  given: Labelled & { kind: 'radio' | 'checkbox'; options: readonly Choice[]; chosen: readonly string[] },
): Html {
  const { id, hintText, problemText } = describe(given);
  return html`<fieldset class="choices" aria-describedby="${given.hint && `${id}-hint `}${id}-problem"><legend>${given.label}</legend>${hintText}
${given.options.map(
  ({ value, label, hint }) =>
    html`<label class="check"><input type="${given.kind}" name="${given.name}" value="${value}"${given.chosen.includes(value) && html` checked`}${given.kind === 'radio' && html` required`}><span>${label}${hint && html`<small>${hint}</small>`}</span></label>`,
)}
${problemText}</fieldset>`;
}

/** One thing that is so or not. */
export function tick({
  name,
  label,
  hint,
  isOn,
}: {
  name: string;
  label: string;
  hint?: string;
  isOn: boolean;
}): Html {
  return html`<label class="check"><input type="checkbox" name="${name}" value="on"${isOn && html` checked`}><span>${label}${hint && html`<small>${hint}</small>`}</span></label>`;
}

export interface PostForm {
  action: string;
  /** Compare-and-set: the form is about the record as it was shown. */
  revision?: number;
  content: Html;
  submit: string;
  kind?: 'primary' | 'danger' | undefined;
  /** Where one goes instead. */
  cancel?: { url: string; label: string };
}

export function postForm({ action, revision, content, submit, kind, cancel }: PostForm): Html {
  return html`<form class="stack" method="post" action="${action}" data-once>
${revision !== undefined && html`<input type="hidden" name="revision" value="${revision}">`}${content}
<div class="actions"><button class="button${kind && ` ${kind}`}" type="submit">${submit}</button>${cancel && html`<a class="button" href="${cancel.url}">${cancel.label}</a>`}</div>
</form>`;
}

/** A button that does one thing at once, where that can be undone. */
export function postButton({
  action,
  label,
  fields = {},
  about,
  kind = 'small',
}: {
  action: string;
  label: string;
  fields?: Readonly<Record<string, string>>;
  about?: string;
  kind?: string;
}): Html {
  return html`<form class="one-button" method="post" action="${action}" data-once>${Object.entries(
    fields,
  ).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="button ${kind}" type="submit">${label}${about && html`<span class="visually-hidden"> ${about}</span>`}</button></form>`;
}

/** Filters are links that can be kept: a form by GET. */
export function filterBar(
  { words }: PageContext,
  { action, content, isFiltered }: { action: string; content: Html; isFiltered: boolean },
): Html {
  return html`<form class="filters" method="get" action="${action}" role="search" aria-label="${words('console.filters')}">${content}
<div class="actions"><button class="button" type="submit">${words('console.apply')}</button>${isFiltered && html`<a class="button quiet" href="${action}">${words('console.clear')}</a>`}</div></form>`;
}
