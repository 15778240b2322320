import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { wordsForScript } from '../script-words.ts';
import type { Person } from './enrol.ts';

/** One thing that the app will be able to do, with the actual values. */
export type ConsentItem =
  | { scope: 'openid' }
  | { scope: 'profile'; name: string; userName: string }
  | { scope: 'email'; email?: string | undefined }
  | { scope: 'groups'; groups: readonly string[] }
  | { scope: 'offline_access'; days: number }
  | { scope: 'other'; name: string };

export interface ConsentData {
  app: AppFace & { host: string };
  person: Pick<Person, 'name' | 'userName'>;
  items: readonly ConsentItem[];
  urls: {
    /** POST {} → { location } */
    consent: string;
    /** POST {} → { location } */
    abort: string;
  };
}

export function consentPage(page: PageContext, { app, person, items, urls }: ConsentData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('consent.heading', { app: app.name }),
    banner: appPicture(app),
    lead: words.rich('consent.lead', {
      host: html`<strong><bdi>${app.host}</bdi></strong>`,
      name: html`<bdi>${person.name}</bdi>`,
      userName: html`<bdi>${person.userName}</bdi>`,
    }),
    script: 'consent.js',
    data: { kind: 'consent', urls, words: wordsForScript(words, 'consent') },
    content: html`<h2>${words('consent.will')}</h2>
<ul class="facts">${items.map((item) => html`<li>${consentSentence(page, item)}</li>`)}</ul>
<form class="stack needs-scripts" data-form>
<div class="pair"><button class="button even" type="button" data-abort disabled>${words('action.cancel')}</button>
<button class="button even" type="submit" disabled>${words('consent.allow')}</button></div>
<div class="says" data-says role="status" aria-live="polite"><p>${words('consent.remembered')}</p></div>
</form>`,
  });
}

/** A plain sentence, also used for connected apps on the account page. */
export function consentSentence({ words, locale }: PageContext, item: ConsentItem): Html {
  const value = (text: string): Html => html`<strong><bdi>${text}</bdi></strong>`;
  switch (item.scope) {
    case 'openid':
      return html`${words('consent.openid')}`;
    case 'profile':
      return words.rich('consent.profile', { name: value(item.name), userName: value(item.userName) });
    case 'email':
      return item.email
        ? words.rich('consent.email', { email: value(item.email) })
        : html`${words('consent.emailNone')}`;
    case 'groups':
      return item.groups.length > 0
        ? words.rich('consent.groups', { groups: value(new Intl.ListFormat(locale).format(item.groups)) })
        : html`${words('consent.groupsNone')}`;
    case 'offline_access':
      return html`${words('consent.offline', { days: item.days })}`;
    case 'other':
      return words.rich('consent.other', { scope: value(item.name) });
  }
}
