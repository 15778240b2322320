import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { moment } from '../parts/time.ts';
import { type ConsentItem, consentSentence } from './consent.ts';

export interface ConnectedApp extends AppFace {
  id: string;
  /** Where signing in to it begins. */
  startUrl?: string;
  connectedAt: number;
  /** What the person approved on another device than the app's, the latest first. */
  approvals?: readonly { at: number; message?: string }[];
  /** What it may see. */
  items: readonly ConsentItem[];
}

export function appsSection(
  page: PageContext,
  { apps, now }: { apps: readonly ConnectedApp[]; now: number },
): Html {
  const { words } = page;
  return html`<section class="panel" aria-labelledby="apps">
<h2 id="apps" tabindex="-1">${words('account.apps')}</h2>
<p class="hint" data-none${apps.length > 0 && html` hidden`}>${words('apps.none')}</p>
${apps.length > 0 && html`<ul class="cards">${apps.map((app, index) => appCard(page, app, { index, now }))}</ul>`}
<div class="says" data-says role="status" aria-live="polite"></div>
</section>`;
}

function appCard(page: PageContext, app: ConnectedApp, { index, now }: { index: number; now: number }): Html {
  const { words, locale } = page;
  return html`<li class="item">
<div class="item-picture">${appPicture(app)}</div>
<div class="item-body">
<h3 id="app-${index}">${appName(app)}</h3>
<p class="item-facts">${app.host && html`<span><bdi>${app.host}</bdi></span>`}<span>${words.rich('apps.since', { when: moment(locale, app.connectedAt, now) })}</span></p>
${(app.approvals ?? []).map((approval) => approvedLine(page, approval, now))}
<details><summary>${words('apps.sees')}</summary><ul class="facts">${app.items.map((item) => html`<li>${consentSentence(page, item)}</li>`)}</ul></details>
</div>
<div class="item-actions needs-scripts"><button class="button small quiet" type="button" data-act="disconnect" data-value="${app.id}" aria-describedby="app-${index}" disabled>${words('apps.disconnect')}</button></div>
</li>`;
}

const appName = ({ name, startUrl }: ConnectedApp): Html =>
  startUrl === undefined ? html`<bdi>${name}</bdi>` : html`<a href="${startUrl}"><bdi>${name}</bdi></a>`;

function approvedLine(
  { words, locale }: PageContext,
  { at, message }: { at: number; message?: string },
  now: number,
): Html {
  const when = moment(locale, at, now);
  return html`<p class="item-facts"><span>${
    message === undefined
      ? words.rich('apps.approved', { when })
      : words.rich('apps.approvedMessage', { when, message: html`<bdi>${message}</bdi>` })
  }</span></p>`;
}
