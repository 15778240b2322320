import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { contact } from '../parts/contact.ts';

export interface LinkInvalidData {
  purpose: 'setup' | 'invitation' | 'recovery';
  /** Where a person who has a passkey already signs in. */
  signInUrl?: string;
}

/** A link that has expired, was used, or never was one: the page does not tell which. */
export function linkInvalidPage(page: PageContext, { purpose, signInUrl }: LinkInvalidData): Html {
  const { words, brand } = page;
  return renderPage(page, {
    heading: words('linkInvalid.heading'),
    lead: words('linkInvalid.lead'),
    content: html`${
      purpose === 'setup'
        ? html`<p>${words('linkInvalid.setup')}</p><pre><code>npm run latchkey -- setup-link</code></pre>`
        : html`<p>${words(purpose === 'invitation' ? 'linkInvalid.invitation' : 'linkInvalid.recovery')}</p>`
    }
${purpose !== 'setup' && brand.supportContact && html`<p>${words.rich('page.support', { contact: contact(brand.supportContact) })}</p>`}
${signInUrl && html`<p class="after"><a class="button" href="${signInUrl}">${words('action.goToSignIn')}</a></p>`}`,
  });
}
