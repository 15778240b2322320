import { accountUrls } from '../account-urls.ts';
import { consoleUrls } from '../console/urls.ts';
import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation, PasskeySignal } from '../page-data.ts';
import { wrongPlace } from '../parts/ceremony.ts';
import { checkSymbol } from '../parts/symbols.ts';
import { wordsForScript } from '../script-words.ts';
import type { Words } from '../words.ts';
import { appsSection, type ConnectedApp } from './account-apps.ts';
import { type ImpersonationLine, impersonationsSection } from './account-impersonations.ts';
import { addPasskeyDialog, type PasskeyCard, passkeysSection } from './account-passkeys.ts';
import { type ProfileData, profileSection } from './account-profile.ts';
import { type RecoveryNews, recoverySection } from './account-recovery.ts';
import { type RequestCard, requestsSection } from './account-requests.ts';
import { type SessionCard, sessionsSection } from './account-sessions.ts';

export interface AccountData {
  profile: ProfileData;
  /** Oldest first. */
  passkeys: readonly PasskeyCard[];
  /** How many active ones the organization asks for. */
  leastPasskeys?: number;
  /** Latest first. */
  sessions: readonly SessionCard[];
  apps: readonly ConnectedApp[];
  /** Apps that stood in the person's place, the latest first. */
  impersonations: readonly ImpersonationLine[];
  /** For the Signal API: every passkey that the server knows, by user handle. */
  signals: readonly PasskeySignal[];
  installation: Omit<Installation, 'issuer'>;
  /** After setup or enrolment (`/account?welcome`). */
  welcome?: Welcome;
  /** For who has a part in administration. */
  consoleUrl?: string;
  /** What apps asked of the person by themselves, the latest last. */
  requests: readonly RequestCard[];
  /** What was just done. */
  news?: News;
  /** What was done to let the person in anew. */
  recovery?: RecoveryNews;
  now: number;
}

type News =
  | { kind: 'passkey-added' | 'passkey-removed'; passkeyName: string }
  | { kind: 'verification-sent' | 'email-verified'; email: string }
  | { kind: 'request-approved' | 'request-declined'; appName: string }
  | { kind: 'recovery-stopped' };

export interface Welcome {
  /** The person has just become the first administrator. */
  administrator: boolean;
  /** Sign-in address of the demo app, where it runs. */
  demoUrl?: string;
}

export function accountPage(page: PageContext, data: AccountData): Html {
  const { words } = page;
  const { welcome, profile } = data;
  return renderPage(page, {
    heading: words('account.heading'),
    lead: words.rich('account.person', {
      name: html`<bdi data-person>${profile.name}</bdi>`,
      userName: html`<bdi>${profile.userName}</bdi>`,
    }),
    banner: html`<form class="sign-out" method="get" action="${accountUrls.signOut}">${data.consoleUrl && html`<a class="button small" href="${data.consoleUrl}">${words('account.console')}</a> `}<button class="button small" type="submit">${words('action.signOut')}</button></form>`,
    shape: 'sheet',
    script: 'account.js',
    data: {
      kind: 'account',
      issuer: page.issuer,
      ...data.installation,
      signals: data.signals,
      words: wordsForScript(words, 'account'),
    },
    content: html`${wrongPlace(words)}
${welcome ? welcomeSection(page, welcome, data) : newsSection(page, data.news)}
${recoverySection(page, data)}
${requestsSection(page, data)}
${passkeysSection(page, data)}
${sessionsSection(page, data)}
${appsSection(page, data)}
${impersonationsSection(page, data)}
${profileSection(page, profile)}
${addPasskeyDialog(page)}`,
  });
}

/** The first visit: what one is now, why a second passkey, and something to try. */
function welcomeSection(
  { words }: PageContext,
  welcome: Welcome,
  { passkeys, consoleUrl }: Pick<AccountData, 'passkeys' | 'consoleUrl'>,
): Html {
  const [first] = passkeys;
  return html`<section class="panel welcome" aria-labelledby="welcome">
<div class="mark success">${checkSymbol}</div>
<h2 id="welcome">${words(welcome.administrator ? 'welcome.administrator' : 'welcome.heading')}</h2>
<p>${
    first?.model
      ? words.rich('welcome.savedIn', { model: html`<strong><bdi>${first.model}</bdi></strong>` })
      : words('welcome.saved')
  }</p>
<p>${words('welcome.second')}</p>
<div class="actions"><button class="button primary needs-scripts" type="button" data-opens="add-passkey" disabled>${words('welcome.addSecond')}</button>
${welcome.demoUrl && html`<a class="button" href="${welcome.demoUrl}">${words('welcome.try')}</a>`}</div>
${welcome.administrator && html`<p class="hint">${words('welcome.next')}</p>${consoleUrl ? html`<p><a class="button" href="${consoleUrls.newApp}">${words('appList.new')}</a></p>` : html`<pre><code>npm run latchkey -- app add "Field Notes" --redirect https://notes.example.com/callback</code></pre>`}`}
</section>`;
}

function newsSection({ words }: PageContext, news: AccountData['news']): Html | undefined {
  if (!news) return undefined;
  return html`<p class="notice success" role="status">${newsText(words, news)}</p>`;
}

function newsText(words: Words, news: News): Html | string {
  switch (news.kind) {
    case 'recovery-stopped':
      return words('account.recoveryStopped');
    case 'verification-sent':
    case 'email-verified': {
      const key = news.kind === 'email-verified' ? 'account.emailVerified' : 'account.verificationSent';
      return words.rich(key, { email: html`<strong><bdi>${news.email}</bdi></strong>` });
    }
    case 'request-approved':
    case 'request-declined': {
      const key = news.kind === 'request-approved' ? 'requests.approved' : 'requests.declined';
      return words.rich(key, { app: html`<strong><bdi>${news.appName}</bdi></strong>` });
    }
    default: {
      const key = news.kind === 'passkey-added' ? 'account.added' : 'account.removed';
      return words.rich(key, { name: html`<strong><bdi>${news.passkeyName}</bdi></strong>` });
    }
  }
}
