import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { appPicture } from '../parts/app-face.ts';
import { describeDevice } from '../parts/device.ts';
import { checkSymbol } from '../parts/symbols.ts';
import { moment } from '../parts/time.ts';
import type { MessageKey } from '../words.ts';

/** Where the form of the provider posts to, and its secret. All of these pages work without scripts. */
interface ProviderForm {
  action: string;
  xsrf: string;
}

export interface UserCodeData extends ProviderForm {
  /** What was typed before, or stood in the address. */
  typed?: string;
  problem?: 'missing' | 'unknown' | 'expired' | 'used';
}

const problems: Record<NonNullable<UserCodeData['problem']>, MessageKey> = {
  missing: 'deviceFlow.missing',
  unknown: 'deviceFlow.unknown',
  expired: 'deviceFlow.expired',
  used: 'deviceFlow.used',
};

/** Asks for the code that an app on another device shows (RFC 8628 §3.3). */
export function userCodePage(page: PageContext, { action, xsrf, typed, problem }: UserCodeData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('deviceFlow.heading'),
    lead: words('deviceFlow.lead'),
    content: html`<form class="stack" method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<div class="field">
<label for="user-code">${words('deviceFlow.code')}</label>
<p class="hint" id="user-code-hint">${words('deviceFlow.hint')}</p>
<input class="user-code" id="user-code" name="user_code" type="text" value="${typed ?? ''}" placeholder="BCDF-GHJK" maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus required aria-describedby="user-code-hint user-code-problem"${problem && html` aria-invalid="true"`}>
<p class="field-problem" id="user-code-problem" role="alert">${problem && words(problems[problem])}</p>
</div>
<button class="button primary" type="submit">${words('deviceFlow.continue')}</button>
</form>`,
  });
}

export interface ConfirmDeviceData extends ProviderForm {
  appName: string;
  userCode: string;
  /** Where the app asked from: all of it is what the network and the app itself say. */
  address: string;
  device?: string;
  at: number;
  now: number;
}

/**
 * Shows what asks, and from where, before anything is given: whoever was talked into typing a code can see that it is
 * not their own device (RFC 8628 §5.4).
 */
export function confirmDevicePage(page: PageContext, data: ConfirmDeviceData): Html {
  const { words, locale } = page;
  const { action, xsrf, appName, userCode, address, device, at, now } = data;
  const facts: [MessageKey, Html][] = [
    ['deviceFlow.code', html`<code class="user-code">${userCode}</code>`],
    ['deviceFlow.device', html`<bdi>${deviceName(page, device)}</bdi>`],
    ['deviceFlow.address', html`<bdi>${address}</bdi>`],
    ['deviceFlow.asked', moment(locale, at, now)],
  ];
  return renderPage(page, {
    heading: words('deviceFlow.confirm', { app: appName }),
    banner: appPicture({ name: appName }),
    lead: words('deviceFlow.compare'),
    languageLinks: false,
    content: html`<dl class="particulars">${facts.map(
      ([key, value]) => html`<div><dt>${words(key)}</dt><dd>${value}</dd></div>`,
    )}</dl>
<p class="notice caution">${words('deviceFlow.warning')}</p>
<form class="stack" method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<input type="hidden" name="user_code" value="${userCode}">
<button class="button primary" type="submit" name="confirm" value="yes">${words('deviceFlow.same')}</button>
<button class="button" type="submit" name="abort" value="yes">${words('deviceFlow.notMe')}</button>
</form>`,
  });
}

/** A browser by its name; another program by what it calls itself first. */
function deviceName({ words }: PageContext, userAgent: string | undefined): string {
  const known = describeDevice(words, userAgent);
  const [program] = /^[\w.-]{1,40}\/[\w.-]{1,20}/.exec(userAgent ?? '') ?? [];
  return known === words('device.unknown') || !userAgent?.startsWith('Mozilla/') ? (program ?? known) : known;
}

export function deviceConnectedPage(page: PageContext, { appName }: { appName: string }): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('deviceFlow.connected', { app: appName }),
    banner: html`<div class="mark success">${checkSymbol}</div>`,
    lead: words('deviceFlow.goBack'),
    languageLinks: false,
    content: html`<p class="hint">${words('deviceFlow.takeBack')}</p>
<p class="after"><a class="button" href="/account">${words('deviceFlow.account')}</a></p>`,
  });
}

export function deviceDeclinedPage(page: PageContext): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('deviceFlow.declined'),
    lead: words('deviceFlow.declinedLead'),
    languageLinks: false,
    content: html`<p class="hint">${words('deviceFlow.declinedAdvice')}</p>
<p class="after"><a class="button" href="/device">${words('deviceFlow.again')}</a></p>`,
  });
}
