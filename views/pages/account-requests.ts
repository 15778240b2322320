import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { type ConsentItem, consentSentence } from './consent.ts';

/** What an app asked of the person by itself (CIBA). */
export interface RequestCard {
  id: string;
  app: AppFace;
  /** The app shows the same. */
  bindingMessage?: string;
  /** What the app gets. */
  items: readonly ConsentItem[];
  expiresAt: number;
}

interface Waiting {
  requests: readonly RequestCard[];
  now: number;
}

/** What the script asks for again and again, and puts in the place of what is there if it is something else. */
export function requestsSection(page: PageContext, waiting: Waiting): Html {
  const ids = waiting.requests.map(({ id }) => id).join(' ');
  return html`<div data-requests="${ids}">${waiting.requests.length > 0 && section(page, waiting)}</div>`;
}

function section(page: PageContext, { requests, now }: Waiting): Html {
  const { words } = page;
  return html`<section class="panel requests" aria-labelledby="requests">
<h2 id="requests" tabindex="-1">${words('requests.heading')}</h2>
<p class="hint">${words('requests.lead')}</p>
<ul class="cards">${requests.map((request, index) => requestCard(page, request, { index, now }))}</ul>
</section>`;
}

function requestCard(
  page: PageContext,
  { id, app, bindingMessage, items, expiresAt }: RequestCard,
  { index, now }: { index: number; now: number },
): Html {
  const { words } = page;
  const minutes = Math.max(1, Math.ceil((expiresAt - now) / 60_000));
  return html`<li class="item">
<div class="item-picture">${appPicture(app)}</div>
<div class="item-body">
<h3 id="request-${index}">${words.rich('requests.asks', { app: html`<bdi>${app.name}</bdi>` })}</h3>
<p class="item-facts">${app.host && html`<span><bdi>${app.host}</bdi></span>`}<span>${words('requests.ends', { minutes })}</span></p>
${
  bindingMessage !== undefined &&
  html`<p>${words.rich('requests.message', { message: html`<strong><bdi>${bindingMessage}</bdi></strong>` })}</p>`
}
<p>${words('requests.gets')}</p>
<ul class="facts">${items.map((item) => html`<li>${consentSentence(page, item)}</li>`)}</ul>
<div class="actions needs-scripts"><button class="button primary" type="button" data-request="approve" data-value="${id}" aria-describedby="request-${index}" disabled>${words('requests.approve')}</button>
<button class="button" type="button" data-request="decline" data-value="${id}" aria-describedby="request-${index}" disabled>${words('requests.notMe')}</button></div>
<div class="says" data-says role="status" aria-live="polite"></div>
</div>
</li>`;
}
