import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { IntlMessageFormat } from 'intl-messageformat';
import { html } from './html.ts';
import consoleDe from './messages/console.de.json' with { type: 'json' };
import consoleEn from './messages/console.en.json' with { type: 'json' };
import deOfPages from './messages/de.json' with { type: 'json' };
import enOfPages from './messages/en.json' with { type: 'json' };
import { scriptWords } from './script-words.ts';
import { type MessageKey, negotiateLocale, words } from './words.ts';

const en = { ...enOfPages, ...consoleEn };
const de = { ...deOfPages, ...consoleDe };
const catalogues: Record<string, Record<string, string>> = { en, de };

describe('the catalogues', () => {
  it('have the same keys, in order', () => {
    assert.deepEqual(Object.keys(de), Object.keys(en));
    for (const keys of [enOfPages, consoleEn].map(Object.keys)) assert.deepEqual(keys, keys.toSorted());
  });

  it('say each thing once: no key is in two of them', () => {
    assert.equal(Object.keys(en).length, Object.keys(enOfPages).length + Object.keys(consoleEn).length);
  });

  it('have every sentence in every language, with the same values', () => {
    for (const [locale, catalogue] of Object.entries(catalogues))
      for (const [key, message] of Object.entries(catalogue)) {
        assert.ok(message.trim(), `${locale} ${key} is empty`);
        assert.deepEqual(
          argumentsOf(message, locale),
          argumentsOf(en[key as MessageKey], 'en'),
          `${locale} ${key}`,
        );
      }
  });

  it('are used: each key stands in a page or a script', () => {
    const used = new Set(
      [...sources(), ...sources('../server/console')].flatMap((source) =>
        [...source.matchAll(/'([a-zA-Z]+\.[a-zA-Z_]+)'/g)].map(([, key]) => key),
      ),
    );
    assert.deepEqual(
      Object.keys(en).filter((key) => !used.has(key)),
      [],
    );
  });

  it('have typographic apostrophes, because a straight one quotes in ICU messages', () => {
    for (const catalogue of Object.values(catalogues))
      for (const [key, message] of Object.entries(catalogue)) assert.doesNotMatch(message, /'/, key);
  });

  it('give scripts only sentences with simple values', () => {
    for (const key of Object.values(scriptWords).flat())
      for (const catalogue of Object.values(catalogues))
        assert.doesNotMatch(catalogue[key] ?? '', /\{\w+,/, key);
  });

  it('give each script every sentence that it says', () => {
    const given = new Set<string>(Object.values(scriptWords).flat());
    for (const source of sources('browser'))
      for (const [, key = ''] of source.matchAll(/'([a-zA-Z]+\.[a-zA-Z_]+)'/g))
        if (Object.hasOwn(en, key)) assert.ok(given.has(key), key);
  });
});

describe('words', () => {
  it('counts as the language does', () => {
    assert.equal(words('en')('signIn.keepHint', { days: 1 }), 'For 1 day. Only on a device that is yours.');
    assert.match(words('de')('remove.ends', { sessions: 0, apps: 2 }), /^2 Apps/);
    assert.match(
      words('de')('remove.ends', { sessions: 3, apps: 1 }),
      /^Das beendet 3 Sitzungen und meldet eine App ab/,
    );
  });

  it('O15 escapes what a sentence is filled with', () => {
    const app = '<img onerror=alert(1)>';
    assert.equal(
      String(words('en').rich('signIn.toApp', { app: html`<b>${app}</b>` })),
      'to continue to <b>&lt;img onerror=alert(1)&gt;</b>',
    );
    assert.equal(
      String(words('en').rich('signIn.toApp', { app })),
      'to continue to &lt;img onerror=alert(1)&gt;',
    );
  });
});

describe('negotiateLocale', () => {
  it('asks the app first, then the person, then the browser', () => {
    assert.equal(negotiateLocale({ uiLocales: 'fr de-CH', chosen: 'en', accept: 'en' }), 'de');
    assert.equal(negotiateLocale({ chosen: 'de', accept: 'en' }), 'de');
    assert.equal(negotiateLocale({ uiLocales: 'fr', accept: 'en;q=0.5, de-AT;q=0.9' }), 'de');
  });

  it('answers in English where nothing fits', () => {
    assert.equal(negotiateLocale({}), 'en');
    assert.equal(negotiateLocale({ accept: 'fr, de;q=0, *;q=0.1' }), 'en');
    assert.equal(negotiateLocale({ uiLocales: '__proto__ constructor', accept: ';;;q=,' }), 'en');
  });
});

function argumentsOf(message: string, locale: string): string[] {
  const names = new Set<string>();
  collect(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst());
  return [...names].toSorted();

  function collect(elements: readonly object[]): void {
    for (const element of elements as {
      type: number;
      value?: string;
      options?: Record<string, { value: object[] }>;
    }[]) {
      // 0 is literal text and 7 the `#` of a plural; everything else names a value.
      if (element.type !== 0 && element.type !== 7 && element.value !== undefined) names.add(element.value);
      for (const option of Object.values(element.options ?? {})) collect(option.value);
    }
  }
}

function sources(folder = '.'): string[] {
  return readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|^dist/.test(file))
    .map((file) => readFileSync(join(import.meta.dirname, folder, file), 'utf8'));
}
