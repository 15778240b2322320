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
