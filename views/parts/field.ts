import { type Html, html } from '../html.ts';

export interface Field {
  /** Its name in the request; errors of the server refer to it. */
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'email' | 'url' | 'number' | 'search' | 'date' | 'datetime-local';
  autocomplete: string;
  value?: string | undefined;
  required?: boolean;
  maxLength: number;
  /** What is wrong with it, where the server has said so. */
  problem?: string | undefined;
  /** Prefix of ids, where a page holds several forms. */
  within?: string;
}

/** A labelled input with its hint and the place where its problem is said. */
export function field({ name, label, hint, problem, type = 'text', within = 'form', ...rest }: Field): Html {
  const id = `${within}-${name}`;
  const plainText = type === 'email' || type === 'url' || name === 'userName';
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
<input id="${id}" name="${name}" type="${type}" autocomplete="${rest.autocomplete}" maxlength="${rest.maxLength}" value="${rest.value ?? ''}"${
    rest.required && html` required`
  }${plainText && html` autocapitalize="none" spellcheck="false"`}${
    problem && html` aria-invalid="true"`
  } aria-describedby="${hint && `${id}-hint `}${id}-problem">
<p class="field-problem" id="${id}-problem">${problem}</p>
</div>`;
}
