import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation } from '../page-data.ts';
import { type EnrolUrls, enrolForm, enrolScript, nameField, type Person } from './enrol.ts';

export interface InvitationData {
  /** Whose account it is; the name may be changed here. */
  person: Person;
  installation: Omit<Installation, 'issuer'>;
  urls: EnrolUrls;
}

/** The first passkey of an account that an administrator made. */
export function invitationPage(page: PageContext, { person, installation, urls }: InvitationData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('invitation.heading', { name: page.brand.name }),
    lead: words.rich('invitation.lead', { userName: html`<strong><bdi>${person.userName}</bdi></strong>` }),
    script: 'enrol.js',
    data: enrolScript(page, installation, urls),
    content: enrolForm(page, { fields: nameField(words, person.name) }),
  });
}
