import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation } from '../page-data.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { type EnrolUrls, enrolForm, enrolScript, personFields } from './enrol.ts';

export interface SignUpData {
  app?: AppFace;
  installation: Omit<Installation, 'issuer'>;
  urls: EnrolUrls & { signIn: string };
}

/** A new account, inside an interaction. */
export function signUpPage(page: PageContext, { app, installation, urls }: SignUpData): Html {
  const { words } = page;
  const { signIn, ...enrolUrls } = urls;
  return renderPage(page, {
    heading: words('signUp.heading'),
    banner: app && appPicture(app),
    lead: app
      ? words.rich('signUp.toApp', { app: html`<strong><bdi>${app.name}</bdi></strong>` })
      : words('signUp.lead', { name: page.brand.name }),
    script: 'enrol.js',
    data: enrolScript(page, installation, enrolUrls),
    content: enrolForm(page, {
      fields: personFields(page),
      leave: html`<div class="ways-out"><ul class="links"><li>${words('signUp.haveAccount')} <a href="${signIn}">${words('signIn.heading')}</a></li></ul>
${urls.abort && html`<button class="button quiet needs-scripts" type="button" data-abort>${words('action.cancel')}</button>`}</div>`,
    }),
  });
}
