import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { contact } from '../parts/contact.ts';

export interface LostPasskeyData {
  /** Back to the sign-in page. */
  backUrl?: string;
}

/** What can be done now, who is asked, how long it takes, what is limited until it is confirmed. */
export function lostPasskeyPage(page: PageContext, { backUrl }: LostPasskeyData): Html {
  const { words, brand } = page;
  return renderPage(page, {
    heading: words('lostPasskey.heading'),
    lead: words('lostPasskey.lead'),
    content: html`<h2>${words('lostPasskey.first')}</h2>
<ul class="facts">
<li>${words('lostPasskey.otherDevice')}</li>
<li>${words('lostPasskey.provider')}</li>
<li>${words('lostPasskey.phone')}</li>
</ul>
<h2>${words('lostPasskey.then')}</h2>
<ol class="steps">
<li>${
      brand.supportContact
        ? words.rich('lostPasskey.askContact', { contact: contact(brand.supportContact) })
        : words('lostPasskey.askAdministrator')
    }</li>
<li>${words('lostPasskey.link')}</li>
<li>${words('lostPasskey.after')}</li>
</ol>
${backUrl && html`<p class="after"><a class="button" href="${backUrl}">${words('lostPasskey.back')}</a></p>`}`,
  });
}
