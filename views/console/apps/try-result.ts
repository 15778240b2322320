import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { copyBlock, exactTime, factList, panel } from '../parts/facts.ts';
import { personLink } from '../people/person-facts.ts';
import { consoleUrls } from '../urls.ts';
import { partsPanel, type TriedParts } from './try-parts.ts';

/** A token of the sign-in that was tried. */
export interface TriedToken {
  kind: 'id_token' | 'access_token' | 'refresh_token' | 'userinfo';
  /** Decoded, as JSON that can be read; absent where it is opaque. */
  header?: string;
  claims?: string;
  expiresAt?: number;
}

export interface TryResultData {
  app: { id: string; name: string };
  /** What the app would have got; or what went wrong instead. */
  outcome:
    | {
        state: 'done';
        person: { id: string; name: string };
        passkey: { id: string; name: string };
        acr: string;
        amr: readonly string[];
        at: number;
        tokens: readonly TriedToken[];
      }
    | { state: 'failed'; error: string; description?: string };
  /** How it was asked and answered. */
  parts: TriedParts;
  notice?: Notice;
}

const tokenWords = {
  id_token: 'tryIt.idToken',
  access_token: 'tryIt.accessToken',
  refresh_token: 'tryIt.refreshToken',
  userinfo: 'tryIt.userinfo',
} as const;

/** A whole sign-in as this app would do it, and what came of it. The tokens were revoked before this page was made. */
export function tryResultPage(page: ConsoleContext, { app, outcome, parts, notice }: TryResultData): Html {
  const { words } = page;
  const isDone = outcome.state === 'done';
  return consolePage(page, {
    section: 'apps',
    crumbs: [{ label: app.name, url: consoleUrls.app(app.id) }],
    heading: words(isDone ? 'tryIt.done' : 'tryIt.failed'),
    lead: words(isDone ? 'tryIt.doneText' : 'tryIt.failedText'),
    notice,
    actions: html`<a class="button" href="${consoleUrls.app(app.id, 'try')}">${words('tryIt.again')}</a>`,
    content: isDone
      ? html`${who(page, outcome)}${partsPanel(page, parts)}${outcome.tokens.map((token) => tokenPanel(page, token))}`
      : html`<section class="panel"><p><code>${outcome.error}</code></p>${outcome.description && html`<p>${outcome.description}</p>`}</section>${partsPanel(page, parts)}`,
  });
}

function who(page: ConsoleContext, outcome: Extract<TryResultData['outcome'], { state: 'done' }>): Html {
  const { words } = page;
  const { person, passkey } = outcome;
  return panel({
    id: 'who',
    heading: words('tryIt.who'),
    content: factList([
      { label: words('sessionList.person'), value: personLink(person) },
      {
        label: words('sessionList.passkey'),
        value: html`<a href="${consoleUrls.person(person.id, 'passkeys', passkey.id)}"><bdi>${passkey.name}</bdi></a>`,
      },
      { label: words('passport.when'), value: exactTime(page, outcome.at) },
      { label: words('tryIt.acr'), value: html`<code class="plain">${outcome.acr}</code>` },
      { label: words('tryIt.amr'), value: outcome.amr.join(', ') },
    ]),
  });
}

function tokenPanel(page: ConsoleContext, { kind, header, claims, expiresAt }: TriedToken): Html {
  const { words } = page;
  return panel({
    id: kind,
    heading: words(tokenWords[kind]),
    content: html`${expiresAt !== undefined && html`<p class="hint">${words.rich('tryIt.until', { when: exactTime(page, expiresAt) })}</p>`}
${header && copyBlock(page, { within: kind, id: `${kind}-header`, label: words('tryIt.header'), text: header })}
${claims ? copyBlock(page, { within: kind, id: `${kind}-claims`, label: words('tryIt.claims'), text: claims }) : html`<p>${words('tryIt.opaque')}</p>`}`,
  });
}
