import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { wordsForScript } from '../script-words.ts';

/** A mailed link was opened: whose address it is, and a button, because opening alone must change nothing. */
export function verifyEmailPage(
  page: PageContext,
  { email, userName }: { email: string; userName: string },
): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('verifyEmail.heading'),
    lead: words.rich('verifyEmail.lead', {
      email: html`<strong><bdi>${email}</bdi></strong>`,
      userName: html`<bdi>${userName}</bdi>`,
    }),
    script: 'consent.js',
    data: {
      kind: 'consent',
      urls: { consent: '/account/email', abort: '/account' },
      words: wordsForScript(words, 'consent'),
    },
    content: html`<form class="stack needs-scripts" data-form>
<div class="actions"><button class="button primary" type="submit" disabled>${words('verifyEmail.confirm')}</button></div>
<div class="says" data-says role="status" aria-live="polite"><p>${words('verifyEmail.otherwise')}</p></div>
</form>`,
  });
}

/** It has run out, or the address was changed since. */
export function emailLinkInvalidPage(page: PageContext): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('linkInvalid.heading'),
    lead: words('verifyEmail.invalid'),
    content: html`<p class="after"><a class="button" href="/account">${words('verifyEmail.account')}</a></p>`,
  });
}
