import { type Html, html, type Renderable } from '../../html.ts';
import type { PageContext } from '../../page.ts';
import { moment } from '../../parts/time.ts';
import type { ConsoleContext } from '../frame.ts';

export interface Fact {
  label: string;
  value: Renderable;
}

/** Labels and values; what has no value is left out. */
export function factList(facts: readonly (Fact | false | undefined)[]): Html {
  const shown = facts.filter((fact): fact is Fact =>
    Boolean(fact && fact.value !== undefined && fact.value !== ''),
  );
  return html`<dl class="fact-list">${shown.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export type BadgeKind = 'good' | 'caution' | 'problem' | 'plain';

export function badge(text: string, kind: BadgeKind = 'plain'): Html {
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** "3 hours ago", or that it never was. */
export function since({ locale, now }: ConsoleContext, at: number | undefined, never: string): Html | string {
  return at === undefined ? never : moment(locale, at, now);
}

/** A date, or a date and a time, for moments to come and for what must be exact. In UTC, and it says so. */
export function exactTime({ locale }: PageContext, at: number): Html {
  const text = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  }).format(at);
  return html`<time datetime="${new Date(at).toISOString()}">${text} UTC</time>`;
}

export function exactDate({ locale }: PageContext, at: number): Html {
  const text = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(at);
  return html`<time datetime="${new Date(at).toISOString()}">${text}</time>`;
}

export function count({ locale }: PageContext, value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

export function percent({ locale }: PageContext, share: number): string {
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: share < 0.1 && share > 0 ? 1 : 0,
  }).format(share);
}

/** A value to take elsewhere. The button needs the clipboard, so it needs scripts; the value can be marked without. */
export function copyField(
  { words }: PageContext,
  { id, label, value }: { id: string; label: string; value: string },
): Html {
  return html`<div class="copy"><span class="copy-label" id="${id}-label">${label}</span>
<div class="copy-row"><code id="${id}" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="${id}-label">${value}</code>
<button class="button small needs-scripts" type="button" data-copies="${id}" aria-describedby="${id}-label" disabled>${words('console.copy')}</button></div></div>`;
}

/**
 * Several lines to copy: settings, a command, a file. @param within id of the heading that tells it from others of its
 * label on the page
 */
export function copyBlock(
  { words }: PageContext,
  { id, label, text, within }: { id: string; label: string; text: string; within?: string },
): Html {
  return html`<div class="copy-block"><div class="copy-head"><span id="${id}-label">${label}</span>
<button class="button small quiet needs-scripts" type="button" data-copies="${id}" aria-describedby="${id}-label" disabled>${words('console.copy')}</button></div>
<pre tabindex="0" role="region" aria-labelledby="${within && `${within} `}${id}-label"><code id="${id}">${text}</code></pre></div>`;
}

/** One card of a page. */
export function panel({
  id,
  heading,
  actions,
  content,
}: {
  id: string;
  heading: string;
  actions?: Html | false | undefined;
  content: Html;
}): Html {
  return html`<section class="panel" aria-labelledby="${id}"><div class="panel-head"><h2 id="${id}">${heading}</h2>${actions}</div>
${content}</section>`;
}

export function list(locale: string, parts: readonly string[]): string {
  return new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' }).format(parts);
}
