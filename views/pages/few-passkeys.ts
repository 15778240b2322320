import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { wordsForScript } from '../script-words.ts';

export interface FewPasskeysData {
  app?: AppFace;
  /** How many passkeys the person has, and how many the organization asks for. */
  count: number;
  least: number;
  /** The model of a passkey that was used was found broken: that is why. */
  isDoubted?: boolean;
  urls: {
    /** POST {} → { location }: on to the app. */
    later: string;
    /** POST {} → { location } */
    abort: string;
    /** Where a passkey is added. */
    account: string;
  };
}

/** Between a sign-in and the app: something is asked for, and nothing is refused. */
export function fewPasskeysPage(page: PageContext, data: FewPasskeysData): Html {
  const { words } = page;
  const { app, count, least, isDoubted, urls } = data;
  return renderPage(page, {
    heading: words(isDoubted ? 'fewPasskeys.doubtedHeading' : 'fewPasskeys.heading'),
    ...(app && { banner: appPicture(app) }),
    lead: isDoubted ? words('fewPasskeys.doubted') : words('account.fewPasskeys', { count, least }),
    script: 'consent.js',
    data: {
      kind: 'consent',
      urls: { consent: urls.later, abort: urls.abort },
      words: wordsForScript(words, 'consent'),
    },
    content: html`<form class="stack needs-scripts" data-form>
<div class="actions"><a class="button primary" href="${urls.account}">${words('fewPasskeys.add')}</a>
<button class="button" type="submit" disabled>${words('fewPasskeys.later')}</button></div>
<div class="says" data-says role="status" aria-live="polite"><p>${words('fewPasskeys.after')}</p></div>
</form>`,
  });
}
