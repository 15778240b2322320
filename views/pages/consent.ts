import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { wordsForScript } from '../script-words.ts';
import type { MessageKey } from '../words.ts';
import type { Person } from './enrol.ts';

/** One thing that the app will be able to do, with the actual values. */
export type ConsentItem =
  | { scope: 'openid' }
  | { scope: 'profile'; name: string; userName: string }
  | { scope: 'email'; email?: string | undefined }
  | { scope: 'groups'; groups: readonly string[] }
  | { scope: 'offline_access'; days: number }
  | { scope: 'attribute'; label: string; value?: string | number | boolean | readonly string[] | undefined }
  | { scope: 'api'; area: ApiArea; may: 'read' | 'write' | 'both' }
  /** Of an API of the installation, in its administrator's words. */
  | { scope: 'defined'; api: string; sentence: string }
  /** Authorization details: all that the app asks for, field by field. */
  | {
      scope: 'details';
      api: string;
      sentence: string;
      fields: readonly { label: string; value: string | number | boolean }[];
    }
  | { scope: 'other'; name: string };

/** What there is to administer. */
type ApiArea =
  | 'people'
  | 'groups'
  | 'apps'
  | 'policies'
  | 'metadata'
  | 'sessions'
  | 'audit'
  | 'keys'
  | 'system';

export interface ConsentData {
  /** Without a host it is an app on another device. Nobody vouches for one that is not verified. */
  app: AppFace & { vouchedFor?: 'nobody' | { host: string } };
  person: Pick<Person, 'name' | 'userName'>;
  items: readonly ConsentItem[];
  urls: {
    /** POST {} → { location } */
    consent: string;
    /** POST {} → { location } */
    abort: string;
  };
}

export function consentPage(page: PageContext, { app, person, items, urls }: ConsentData): Html {
  const { words } = page;
  return renderPage(page, {
    heading: words('consent.heading', { app: app.name }),
    banner: appPicture(app),
    lead: words.rich(app.host ? 'consent.lead' : 'consent.leadDevice', {
      ...(app.host && { host: html`<strong><bdi>${app.host}</bdi></strong>` }),
      name: html`<bdi>${person.name}</bdi>`,
      userName: html`<bdi>${person.userName}</bdi>`,
    }),
    script: 'consent.js',
    data: { kind: 'consent', urls, words: wordsForScript(words, 'consent') },
    content: html`<h2>${words('consent.will')}</h2>
${app.vouchedFor && html`<p class="notice warning" role="note">${vouching(page, app)}</p>`}<ul class="facts">${items.map((item) => html`<li>${consentSentence(page, item)}</li>`)}</ul>
<form class="stack needs-scripts" data-form>
<div class="pair"><button class="button even" type="button" data-abort disabled>${words('action.cancel')}</button>
<button class="button even" type="submit" disabled>${words('consent.allow')}</button></div>
<div class="says" data-says role="status" aria-live="polite"><p>${words('consent.remembered')}</p></div>
</form>`,
  });
}

/** Where an app comes from that no administrator entered. */
function vouching({ words }: PageContext, { vouchedFor, host = '' }: ConsentData['app']): Html {
  const value = (text: string) => html`<strong><bdi>${text}</bdi></strong>`;
  return typeof vouchedFor === 'object'
    ? words.rich('consent.document', { host: value(vouchedFor.host) })
    : words.rich('consent.unverified', { host: value(host) });
}

/** A plain sentence, also used for connected apps on the account page. */
export function consentSentence({ words, locale }: PageContext, item: ConsentItem): Html {
  const value = (text: string): Html => html`<strong><bdi>${text}</bdi></strong>`;
  switch (item.scope) {
    case 'openid':
      return html`${words('consent.openid')}`;
    case 'profile':
      return words.rich('consent.profile', { name: value(item.name), userName: value(item.userName) });
    case 'email':
      return item.email
        ? words.rich('consent.email', { email: value(item.email) })
        : html`${words('consent.emailNone')}`;
    case 'groups':
      return item.groups.length > 0
        ? words.rich('consent.groups', { groups: value(new Intl.ListFormat(locale).format(item.groups)) })
        : html`${words('consent.groupsNone')}`;
    case 'offline_access':
      return html`${words('consent.offline', { days: item.days })}`;
    case 'attribute':
      return item.value === undefined
        ? words.rich('consent.attributeNone', { label: value(item.label) })
        : words.rich('consent.attribute', {
            label: value(item.label),
            value: value(shown({ words, locale }, item.value)),
          });
    case 'api':
      return html`${words(mayDo[item.may], { area: words(areas[item.area]) })}`;
    case 'defined':
      return words.rich('consent.defined', {
        api: value(item.api),
        sentence: html`<bdi>${item.sentence}</bdi>`,
      });
    case 'details': {
      const sentence = html`<bdi>${item.sentence}</bdi>`;
      return html`${words.rich('consent.defined', { api: value(item.api), sentence })}
<ul>${item.fields.map(
        (field) =>
          html`<li>${words.rich('consent.detail', {
            label: html`<bdi>${field.label}</bdi>`,
            value: value(exactly(words, field.value)),
          })}</li>`,
      )}</ul>`;
    }
    case 'other':
      return words.rich('consent.other', { scope: value(item.name) });
  }
}

/** A number as the app sent it: rounded, it would be another one. */
function exactly(words: PageContext['words'], given: string | number | boolean): string {
  return typeof given === 'boolean' ? words(given ? 'consent.yes' : 'consent.no') : String(given);
}

function shown(
  { words, locale }: Pick<PageContext, 'words' | 'locale'>,
  value: string | number | boolean | readonly string[],
): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return new Intl.NumberFormat(locale, { useGrouping: false }).format(value);
  if (typeof value === 'boolean') return words(value ? 'consent.yes' : 'consent.no');
  return new Intl.ListFormat(locale).format(value);
}

const mayDo = {
  read: 'consent.apiRead',
  write: 'consent.apiWrite',
  both: 'consent.apiBoth',
} as const satisfies Record<string, MessageKey>;

const areas = {
  people: 'apiArea.people',
  groups: 'apiArea.groups',
  apps: 'apiArea.apps',
  policies: 'apiArea.policies',
  metadata: 'apiArea.metadata',
  sessions: 'apiArea.sessions',
  audit: 'apiArea.audit',
  keys: 'apiArea.keys',
  system: 'apiArea.system',
} as const satisfies Record<ApiArea, MessageKey>;
