import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation } from '../page-data.ts';
import { type EnrolUrls, enrolForm, enrolScript, personFields } from './enrol.ts';

export interface SetupData {
  installation: Omit<Installation, 'issuer'>;
  urls: EnrolUrls;
}

/** The first administrator, opened with the setup link. */
export function setupPage(page: PageContext, { installation, urls }: SetupData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('setup.heading', { name: page.brand.name }),
    lead: words('setup.lead'),
    script: 'enrol.js',
    data: enrolScript(page, installation, urls),
    content: enrolForm(page, { fields: personFields(page) }),
  });
}

/** `/setup` without a token: whoever comes first does not become administrator. */
export function setupLinkPage(page: PageContext): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('setupLink.heading'),
    lead: words('setupLink.lead'),
    content: html`<ol class="steps">
<li>${words('setupLink.terminal')}</li>
<li>${words('setupLink.command')}<pre><code>npm run latchkey -- setup-link</code></pre></li>
<li>${words('setupLink.open')}</li>
</ol>
<p class="hint">${words('setupLink.why')}</p>`,
  });
}
