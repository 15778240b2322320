import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation } from '../page-data.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { ceremonyButton, ceremonyMessage, question, wrongPlace } from '../parts/ceremony.ts';
import { wordsForScript } from '../script-words.ts';

export interface SignInData {
  /** Who asks; absent where a person signs in to their own account. */
  app?: AppFace;
  /** PublicKeyCredentialRequestOptionsJSON for a discoverable passkey. */
  options: object;
  /** How long a challenge is remembered; 300 unless told. Waiting autofill is renewed before. */
  challengeSeconds?: number;
  /** Of a person who chose to be remembered here. */
  userName?: string;
  installation: Omit<Installation, 'issuer'>;
  urls: {
    /** POST {} → { options } */
    options: string;
    /** POST { response, remember } → { location } */
    login: string;
    /** POST {} → { location } back to the app */
    abort: string;
    /** A page; only where sign-up is open. */
    signUp?: string;
    lostPasskey: string;
  };
  /** Days that "Keep me signed in" lasts; 0 takes the choice away. */
  keepSignedInDays: number;
}

export function signInPage(page: PageContext, data: SignInData): Html {
  const { words } = page;
  const { app, urls, keepSignedInDays } = data;
  return renderPage(page, {
    heading: words('signIn.heading'),
    banner: app && appPicture(app),
    lead: app
      ? words.rich('signIn.toApp', { app: html`<strong><bdi>${app.name}</bdi></strong>` })
      : words('signIn.toAccount', { name: page.brand.name }),
    script: 'sign-in.js',
    data: {
      kind: 'sign-in',
      options: data.options,
      challengeSeconds: data.challengeSeconds ?? 300,
      issuer: page.issuer,
      ...data.installation,
      urls: { options: urls.options, login: urls.login, abort: urls.abort },
      words: wordsForScript(words, 'sign-in'),
    },
    content: html`${wrongPlace(words)}
<form class="stack needs-scripts" data-form novalidate>
<div class="field" data-autofill>
<label for="user-name">${words('signIn.userName')}</label>
<input id="user-name" name="userName" type="text" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" maxlength="200" value="${data.userName ?? ''}" autofocus>
</div>
${ceremonyButton(words('signIn.button'), 'submit')}
${ceremonyMessage(words('signIn.before'))}
${keepSignedInDays > 0 && keepSignedIn(page, keepSignedInDays)}
</form>
${waysOut(page, data)}`,
  });
}

function keepSignedIn({ words }: PageContext, days: number): Html {
  return html`<label class="check"><input type="checkbox" name="remember"><span>${words('signIn.keep')}<small>${words(
    'signIn.keepHint',
    { days },
  )}</small></span></label>`;
}

function waysOut({ words }: PageContext, { urls, app }: SignInData): Html {
  return html`<div class="ways-out">
${question(words('signIn.otherDevice'), words('signIn.otherDeviceAnswer'))}
<ul class="links">
${urls.signUp && html`<li>${words('signIn.newHere')} <a href="${urls.signUp}">${words('signIn.signUp')}</a></li>`}
<li><a href="${urls.lostPasskey}">${words('signIn.lostPasskey')}</a></li>
</ul>
${app && html`<button class="button quiet needs-scripts" type="button" data-abort>${words('action.cancel')}</button>`}
</div>`;
}
