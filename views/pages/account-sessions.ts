import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { describeDevice } from '../parts/device.ts';
import { moment } from '../parts/time.ts';

export interface SessionCard {
  /** Sent back to end it. */
  uid: string;
  current: boolean;
  /** User-Agent header of its browser. */
  device?: string;
  /** Network address it was signed in from. */
  address?: string;
  signedInAt: number;
  lastUsedAt?: number;
  /** Of the passkey that signed it in. */
  passkeyName?: string;
}

/** Nobody looks through a hundred: this one and the latest of the others stand there, the rest opens below them. */
const mostShown = 8;

export function sessionsSection(
  page: PageContext,
  { sessions, now }: { sessions: readonly SessionCard[]; now: number },
): Html {
  const { words } = page;
  const inOrder = [
    ...sessions.filter(({ current }) => current),
    ...sessions.filter(({ current }) => !current),
  ];
  const [shown, more] = [inOrder.slice(0, mostShown), inOrder.slice(mostShown)];
  const list = (some: readonly SessionCard[]) =>
    html`<ul class="cards">${some.map((session) => sessionCard(page, session, { index: inOrder.indexOf(session), now }))}</ul>`;
  return html`<section class="panel" aria-labelledby="sessions">
<div class="panel-head"><h2 id="sessions" tabindex="-1">${words('account.sessions')}</h2>
${
  sessions.some(({ current }) => !current) &&
  html`<button class="button small needs-scripts" type="button" data-act="end-others" disabled>${words('sessions.endOthers')}</button>`
}</div>
${list(shown)}
${more.length > 0 && html`<details class="more"><summary>${words('sessions.more', { count: more.length })}</summary>${list(more)}</details>`}
<div class="says" data-says role="status" aria-live="polite"></div>
</section>`;
}

function sessionCard(
  page: PageContext,
  session: SessionCard,
  { index, now }: { index: number; now: number },
): Html {
  const { words, locale } = page;
  const signedIn = words.rich('sessions.signedIn', { when: moment(locale, session.signedInAt, now) });
  const lastUse =
    session.lastUsedAt !== undefined &&
    !session.current &&
    html`<span>${words.rich('sessions.used', { when: moment(locale, session.lastUsedAt, now) })}</span>`;
  return html`<li class="item">
<div class="item-body">
<h3 id="session-${index}">${describeDevice(words, session.device)}</h3>
<p class="badges">${session.current && html`<span class="badge">${words('sessions.current')}</span>`}</p>
<p class="item-facts"><span>${signedIn}</span>${session.address && html`<span><bdi>${session.address}</bdi></span>`}</p>
<p class="item-facts">${session.passkeyName && html`<span>${words.rich('sessions.with', { passkey: html`<bdi>${session.passkeyName}</bdi>` })}</span>`}${lastUse}</p>
</div>
${
  !session.current &&
  html`<div class="item-actions needs-scripts"><button class="button small quiet" type="button" data-act="end-session" data-value="${session.uid}" aria-describedby="session-${index}" disabled>${words('sessions.end')}</button></div>`
}
</li>`;
}
