import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { contact } from '../parts/contact.ts';
import { moment } from '../parts/time.ts';

/** An app that stood in the person's place for a few minutes. */
export interface ImpersonationLine {
  app: string;
  /** The app that the person allowed it, whose token was exchanged. */
  of: string;
  api: string;
  at: number;
}

/** The latest first. Nothing where there is none: hardly anybody ever sees it. */
export function impersonationsSection(
  page: PageContext,
  { impersonations, now }: { impersonations: readonly ImpersonationLine[]; now: number },
): Html | undefined {
  if (impersonations.length === 0) return undefined;
  const { words, locale, brand } = page;
  return html`<section class="panel" aria-labelledby="impersonations">
<h2 id="impersonations">${words('account.impersonations')}</h2>
<p>${words('impersonations.lead')}</p>
${brand.supportContact && html`<p>${words.rich('page.support', { contact: contact(brand.supportContact) })}</p>`}
<ul class="cards">${impersonations.map(
    ({ app, of, api, at }) => html`<li class="item">
<div class="item-body">
<h3>${words.rich('impersonations.app', { app: html`<bdi>${app}</bdi>` })}</h3>
<p class="item-facts"><span>${moment(locale, at, now)}</span><span>${words.rich('impersonations.where', { api: html`<bdi>${api}</bdi>`, app: html`<bdi>${of}</bdi>` })}</span></p>
</div>
</li>`,
  )}</ul>
</section>`;
}
