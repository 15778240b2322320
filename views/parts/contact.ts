import { type Html, html } from '../html.ts';

/** Whom to ask, as a link where that works: an e-mail address, a phone number or a web address. */
export function contact(support: string): Html {
  if (/^https?:\/\//i.test(support))
    return html`<a href="${support}">${URL.parse(support)?.host ?? support}</a>`;
  if (/^[^\s@]+@[^\s@]+$/.test(support)) return html`<a href="mailto:${support}">${support}</a>`;
  if (/^\+?[\d\s()/-]{5,}$/.test(support))
    return html`<a href="tel:${support.replace(/[^\d+]/g, '')}">${support}</a>`;
  return html`${support}`;
}
