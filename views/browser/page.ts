import type { ScriptData, ScriptWords } from '../page-data.ts';
import type { ScriptWord } from '../script-words.ts';

/** What the server put into the page for this script. */
export function readPageData<Kind extends ScriptData['kind']>(
  kind: Kind,
): Extract<ScriptData, { kind: Kind }> {
  const data = JSON.parse(find('#page-data').textContent ?? '') as ScriptData;
  if (data.kind !== kind) throw new Error(`this page is for ${data.kind}, not ${kind}`);
  return data as Extract<ScriptData, { kind: Kind }>;
}

/** @throws Error if there is none: the page and its script do not fit */
export function find<T extends HTMLElement>(selector: string, within: ParentNode = document): T {
  const element = within.querySelector<T>(selector);
  if (!element) throw new Error(`no ${selector} in this page`);
  return element;
}

export function findAll<T extends HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

export function sentence(words: ScriptWords, key: ScriptWord, values: Record<string, string> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Buttons wait for their script, so that an early press is not lost in a page load. */
export function enableButtons(): void {
  for (const button of findAll<HTMLButtonElement>('button:disabled')) button.disabled = false;
  // Back by the back button: this page is alive again as it was left, but its challenge is used.
  window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}

/** While a form is busy, a second press does nothing. */
export function setBusy(form: HTMLElement, busy: boolean): void {
  form.setAttribute('aria-busy', String(busy));
}

export function isBusy(form: HTMLElement): boolean {
  return form.getAttribute('aria-busy') === 'true';
}

/** Leaves for an address that the server gave. */
export function go(address: string): void {
  const url = new URL(address, location.href);
  if (url.protocol === 'https:' || url.protocol === 'http:') location.assign(url);
}
