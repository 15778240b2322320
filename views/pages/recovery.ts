import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation } from '../page-data.ts';
import { type EnrolUrls, enrolForm, enrolScript, type Person } from './enrol.ts';

export interface RecoveryData {
  person: Pick<Person, 'name' | 'userName'>;
  /** `additional`: one more passkey, nothing is suspended. */
  purpose: 'recovery' | 'additional';
  installation: Omit<Installation, 'issuer'>;
  urls: EnrolUrls;
}

/** A new passkey by a link from an administrator, or from the machine itself. */
export function recoveryPage(page: PageContext, data: RecoveryData): Html {
  const { words } = page;
  const { person, purpose } = data;
  return renderPage(page, {
    heading: words('recovery.heading'),
    lead: words.rich('recovery.lead', {
      name: html`<strong><bdi>${person.name}</bdi></strong>`,
      userName: html`<bdi>${person.userName}</bdi>`,
    }),
    script: 'enrol.js',
    data: enrolScript(page, data.installation, data.urls),
    content: enrolForm(page, {
      fields:
        purpose === 'recovery'
          ? html`<ul class="facts"><li>${words('recovery.suspends')}</li><li>${words('recovery.unconfirmed')}</li></ul>`
          : html`<ul class="facts"><li>${words('recovery.keeps')}</li></ul>`,
    }),
  });
}
