import type { ScriptWords } from '../page-data.ts';
import { find, findAll, sentence } from './page.ts';
import { RequestError } from './post.ts';
import { explain } from './problem.ts';

/** What was typed, by name; empty fields are left out. */
export function readFields(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

/** Says beside each field what is missing, and goes to the first of them. Tells whether all is well. */
export function checkFields(form: HTMLFormElement, words: ScriptWords): boolean {
  let first: HTMLInputElement | undefined;
  for (const input of findAll<HTMLInputElement>('input', form)) {
    const missing = input.validity.valueMissing || (input.required && input.value.trim() === '');
    const text = missing ? sentence(words, 'field.missing') : wrongForm(input, words);
    showProblem(input, text);
    if (text) first ??= input;
  }
  first?.focus();
  return !first;
}

function wrongForm(input: HTMLInputElement, words: ScriptWords): string {
  return input.validity.valid ? '' : sentence(words, 'field.emailInvalid');
}

/** Shows the server's refusal beside the field that it is about. Tells whether it is about one. */
export function showFieldProblem(form: HTMLFormElement, words: ScriptWords, error: unknown): boolean {
  if (!(error instanceof RequestError) || !error.field) return false;
  const input = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(error.field)}"]`);
  if (!input) return false;
  showProblem(input, explain(words, error).text);
  sayNothing(form);
  input.focus();
  return true;
}

/** What is said beside the field is not said below the button too. */
function sayNothing(form: HTMLFormElement): void {
  const area = form.querySelector<HTMLElement>('[data-says]');
  area?.replaceChildren();
  area?.removeAttribute('data-kind');
}

function showProblem(input: HTMLInputElement, text: string): void {
  if (input.type === 'checkbox') return;
  find(`#${CSS.escape(input.id)}-problem`).textContent = text;
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}
