import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { checkSymbol } from '../parts/symbols.ts';

export interface SignOutData {
  /** Where the form of the provider posts to, and its secret (OIDC RP-Initiated Logout 1.0 §2). */
  action: string;
  xsrf: string;
  /** The app that asked. */
  appName?: string;
}

/** Works without scripts. */
export function signOutPage(page: PageContext, { action, xsrf, appName }: SignOutData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('signOut.heading'),
    lead: appName
      ? words('signOut.appAsks', { app: appName })
      : words('signOut.lead', { name: page.brand.name }),
    languageLinks: false,
    content: html`<form class="stack" method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<button class="button primary" type="submit" name="logout" value="yes">${words('action.signOut')}</button>
<button class="button" type="submit">${words('signOut.stay')}</button>
<p class="hint">${words('signOut.apps')}</p>
</form>`,
  });
}

export interface SigningOutData {
  /** Addresses at which apps end what they keep in this browser (OIDC Front-Channel Logout 1.0 §2). */
  frames: readonly string[];
  /** Where the person goes on: the app that asked, or our own page that says that they are signed out. */
  goesTo: string;
}

/**
 * The session is over; apps hear of it. Frames are sandboxed as far as an app's cookies and scripts allow: none of them
 * leads this page away, opens a window or sends a form. Works without scripts: then a person presses the link.
 */
export function signingOutPage(page: PageContext, { frames, goesTo }: SigningOutData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('signingOut.heading'),
    lead: words('signingOut.lead'),
    languageLinks: false,
    script: 'signing-out.js',
    content: html`<p class="after"><a class="button" id="go-on" href="${goesTo}">${words('signingOut.goOn')}</a></p>
${frames.map((src) => html`<iframe hidden sandbox="allow-same-origin allow-scripts" title="${words('signingOut.frame')}" src="${src}"></iframe>\n`)}`,
  });
}

export interface SignedOutData {
  signInUrl: string;
}

export function signedOutPage(page: PageContext, { signInUrl }: SignedOutData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('signedOut.heading'),
    banner: html`<div class="mark success">${checkSymbol}</div>`,
    lead: words('signedOut.lead', { name: page.brand.name }),
    languageLinks: false,
    content: html`<p class="hint">${words('signedOut.shared')}</p>
<p class="after"><a class="button" href="${signInUrl}">${words('signedOut.again')}</a></p>`,
  });
}
