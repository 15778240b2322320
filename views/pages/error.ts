import { consoleUrls } from '../console/urls.ts';
import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { contact } from '../parts/contact.ts';
import type { MessageKey } from '../words.ts';

export interface ErrorData {
  /** HTTP status. */
  status: number;
  /** A code of `AppError`, or of OAuth (RFC 6749 §4.1.2.1); shown small, for administrators. */
  code: string;
  /** What an administrator would want to know, if it is safe to show: OAuth's `error_description`. */
  description?: string;
  /** Whose request it was; for administrators, where this server has the console. */
  app?: { id: string; name: string };
  /** Only where the address was checked. */
  backToApp?: { name: string; url: string };
  /** To begin again here, such as `/account`. */
  startUrl?: string;
  /** Whether the same page can be asked for again: then it does so by itself, until it is there. */
  retries?: boolean;
}

/** What a person can do about it: each code belongs to one of these. */
const kinds = {
  expired: ['interaction_expired', 'challenge_expired', 'session_not_found', 'login_required'],
  notFound: ['not_found', 'method_not_allowed'],
  busy: ['too_many_requests'],
  away: ['unavailable', 'temporarily_unavailable'],
  wrongPlace: ['wrong_host'],
  refused: [
    'forbidden',
    'cross_site',
    'access_denied',
    'app_not_allowed',
    'account_disabled',
    'sign_up_closed',
  ],
  app: [
    'bad_request',
    'invalid_request',
    'invalid_client',
    'unauthorized_client',
    'invalid_redirect_uri',
    'unsupported_response_type',
    'invalid_scope',
    'invalid_target',
    'unmet_authentication_requirements',
  ],
} as const;

/** Codes of `AppError` whose public sentence says no more than the page does. */
const toldByThePage = [
  'interaction_expired',
  'challenge_expired',
  'not_found',
  'too_many_requests',
  'unavailable',
  'forbidden',
  'cross_site',
  'internal',
];

type Kind = keyof typeof kinds | 'internal';

const sentences: Record<Kind, { heading: MessageKey; advice: MessageKey }> = {
  expired: { heading: 'error.expired', advice: 'error.expiredAdvice' },
  notFound: { heading: 'error.notFound', advice: 'error.notFoundAdvice' },
  busy: { heading: 'error.busy', advice: 'error.busyAdvice' },
  away: { heading: 'error.away', advice: 'error.awayAdvice' },
  wrongPlace: { heading: 'wrongPlace.heading', advice: 'error.wrongPlaceAdvice' },
  refused: { heading: 'error.refused', advice: 'error.refusedAdvice' },
  app: { heading: 'error.app', advice: 'error.appAdvice' },
  internal: { heading: 'error.internal', advice: 'error.internalAdvice' },
};

export function errorPage(page: PageContext, data: ErrorData): Html {
  const { words, brand, requestId } = page;
  const kind = kindOf(data);
  const description = toldByThePage.includes(data.code) ? undefined : data.description;
  const { heading, advice } = sentences[kind];
  return renderPage(page, {
    heading: words(heading),
    lead: words(data.retries ? 'error.retrying' : advice),
    languageLinks: false,
    ...(data.retries && { script: 'retry.js' }),
    content: html`${brand.supportContact && html`<p>${words.rich('page.support', { contact: contact(brand.supportContact) })}</p>`}
${data.backToApp && html`<p class="after"><a class="button primary" href="${data.backToApp.url}">${words('error.backToApp', { app: data.backToApp.name })}</a></p>`}
${!data.backToApp && (data.retries ? again(page) : wayOn(page, kind, data.startUrl))}
<dl class="small-print">
${requestId && html`<div><dt>${words('page.requestId')}</dt><dd><code>${requestId}</code></dd></div>`}
<div><dt>${words('error.code')}</dt><dd><code>${data.code}</code></dd></div>
${forAdministrators(page, { app: kind === 'app' ? data.app : undefined, description })}
</dl>`,
  });
}

/** At the app's page they see all that was refused, and mend it. */
function forAdministrators(
  { words }: PageContext,
  { app, description }: { app: ErrorData['app']; description: string | undefined },
): Html | undefined {
  if (!app && !description) return undefined;
  return html`<div><dt>${words('error.forAdministrators')}</dt>${description && html`<dd>${description.slice(0, 300)}</dd>`}${app && html`<dd><a href="${consoleUrls.app(app.id)}">${words('error.openApp', { app: app.name })}</a></dd>`}</div>`;
}

/** An empty address is the page's own. */
function again({ words }: PageContext): Html {
  return html`<p class="after"><a class="button primary" href="">${words('error.again')}</a></p>`;
}

function wayOn({ words, issuer }: PageContext, kind: Kind, startUrl?: string): Html | undefined {
  if (kind === 'wrongPlace')
    return html`<p class="after"><a class="button primary" href="${issuer}/">${words('wrongPlace.go')}</a></p>`;
  if (!startUrl) return undefined;
  return html`<p class="after"><a class="button" href="${startUrl}">${words('error.start')}</a></p>`;
}

function kindOf({ status, code }: ErrorData): Kind {
  for (const [kind, codes] of Object.entries(kinds))
    if ((codes as readonly string[]).includes(code)) return kind as Kind;
  if (status === 404) return 'notFound';
  if (status === 503) return 'away';
  if (status === 429) return 'busy';
  return status < 500 ? 'app' : 'internal';
}
