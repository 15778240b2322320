import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { contact } from '../parts/contact.ts';
import { wordsForScript } from '../script-words.ts';
import type { Person } from './enrol.ts';

export interface NotAllowedData {
  app: AppFace;
  person: Pick<Person, 'name' | 'userName'>;
  /** `group`: it is for others; `api`: it wants to administer, and the person has no part in that. */
  reason: 'group' | 'api';
  urls: {
    /** POST {} → { location }: a sign-in as somebody else. */
    another: string;
    /** POST {} → { location }: back to the app. */
    abort: string;
  };
}

/** Says whose account it is, why it does not do, whom to ask and what else can be done. */
export function notAllowedPage(page: PageContext, { app, person, reason, urls }: NotAllowedData): Html {
  const { words, brand } = page;
  return renderPage(page, {
    heading: words('notAllowed.heading', { app: app.name }),
    banner: appPicture(app),
    lead: words.rich('notAllowed.who', {
      name: html`<strong><bdi>${person.name}</bdi></strong>`,
      userName: html`<bdi>${person.userName}</bdi>`,
    }),
    script: 'consent.js',
    data: {
      kind: 'consent',
      urls: { consent: urls.another, abort: urls.abort },
      words: wordsForScript(words, 'consent'),
    },
    content: html`<p>${words(reason === 'group' ? 'notAllowed.group' : 'notAllowed.api', { app: app.name })}</p>
<p>${
      brand.supportContact
        ? words.rich('notAllowed.askContact', { contact: contact(brand.supportContact) })
        : words('notAllowed.askAdministrator')
    }</p>
<form class="stack needs-scripts" data-form>
<button class="button" type="submit" disabled>${words('notAllowed.another')}</button>
<button class="button" type="button" data-abort disabled>${words('error.backToApp', { app: app.name })}</button>
<div class="says" data-says role="status" aria-live="polite"></div>
</form>`,
  });
}
