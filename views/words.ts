import { IntlMessageFormat } from 'intl-messageformat';
import { type Html, html, type Renderable } from './html.ts';
import consoleDe from './messages/console.de.json' with { type: 'json' };
import consoleEn from './messages/console.en.json' with { type: 'json' };
import de from './messages/de.json' with { type: 'json' };
import en from './messages/en.json' with { type: 'json' };

/** Of the pages for everybody, and of those for administrators. */
export type MessageKey = keyof typeof en | keyof typeof consoleEn;

const catalogues = { en: { ...en, ...consoleEn }, de: { ...de, ...consoleDe } } as const satisfies Record<
  string,
  Record<MessageKey, string>
>;

export type Locale = keyof typeof catalogues;

/** Every language there is, each by its own name. */
export const languages: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' };

export const directions: Readonly<Record<Locale, 'ltr' | 'rtl'>> = { en: 'ltr', de: 'ltr' };

type Values = Record<string, string | number>;

/** The sentences of one language. */
export interface Words {
  (key: MessageKey, values?: Values): string;
  readonly locale: Locale;
  /** With markup as values: `words.rich('consent.intro', { app: html`<b>…</b>` })`. */
  rich(key: MessageKey, values: Record<string, Renderable>): Html;
  /** As it stands in the catalogue, for a script that fills in the `{names}` itself. */
  raw(key: MessageKey): string;
}

const bound = new Map<Locale, Words>();

/** The words of a language. Messages are compiled at their first use and kept. */
export function words(locale: Locale): Words {
  let found = bound.get(locale);
  if (!found) {
    found = bindWords(locale);
    bound.set(locale, found);
  }
  return found;
}

function bindWords(locale: Locale): Words {
  const catalogue: Record<MessageKey, string> = catalogues[locale];
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  const compile = (key: MessageKey): IntlMessageFormat => {
    let message = compiled.get(key);
    if (!message) {
      message = new IntlMessageFormat(catalogue[key], locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return message;
  };
  const plain = (key: MessageKey, values?: Values): string =>
    values ? String(compile(key).format(values)) : catalogue[key];
  return Object.assign(plain, {
    locale,
    raw: (key: MessageKey) => catalogue[key],
    rich(key: MessageKey, values: Record<string, Renderable>): Html {
      const parts = compile(key).formatToParts<Renderable>(values as Record<string, Html>);
      return html`${parts.map((part) => part.value)}`;
    },
  });
}

/**
 * The language to answer in: what the app asks for (`ui_locales`, OIDC Core §3.1.2.1), then what the person chose,
 * then what the browser prefers (RFC 9110 §12.5.4), by RFC 4647 look-up; English if nothing fits.
 */
export function negotiateLocale({
  uiLocales,
  chosen,
  accept,
}: {
  uiLocales?: string | undefined;
  chosen?: string | undefined;
  accept?: string | undefined;
}): Locale {
  const wanted = [...(uiLocales?.split(' ') ?? []), chosen ?? '', ...byPreference(accept ?? '')];
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(catalogues, language)) return language as Locale;
  }
  return 'en';
}

function byPreference(accept: string): string[] {
  return accept
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', quality] = range.trim().split(/\s*;\s*q\s*=\s*/);
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}
