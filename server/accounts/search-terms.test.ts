import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accountTerms, appTerms, groupTerms, matchesWords, searchWords } from './search-terms.ts';

const person = (name: string, userName = 'x1', email?: string) => ({
  name,
  userName,
  ...(email !== undefined && { email }),
});
const finds = (typed: string, someone: Parameters<typeof accountTerms>[0]) =>
  matchesWords(accountTerms(someone), searchWords(typed));

describe('the terms of a search', () => {
  it('are the user name, the address and the words of the name', () => {
    assert.deepEqual(accountTerms(person('Adam King Lovelace', 'Ada.L', 'Ada@Example.com')), [
      'ada.l',
      'ada@example.com',
      'adam',
      'king',
      'lovelace',
    ]);
    assert.deepEqual(appTerms({ id: 'wiki-1', name: 'The Wiki' }), ['the', 'wiki-1']);
    assert.deepEqual(groupTerms({ name: 'Night shift' }), ['night', 'shift']);
  });

  it('are nothing that another one begins with: it is found there', () => {
    assert.deepEqual(accountTerms(person('Ada Lovelace', 'ada.l', 'lovelace@example.com')), [
      'ada.l',
      'lovelace@example.com',
    ]);
    assert.deepEqual(accountTerms(person('Ada', 'ada', 'ada@example.com')), ['ada@example.com']);
    for (const typed of ['ada', 'ad lovelace', 'l'])
      assert.ok(finds(typed, person('Ada Lovelace', 'ada.l', 'lovelace@example.com')), typed);
    assert.deepEqual(searchWords('love ada lovelace'), ['ada', 'lovelace']);
  });

  it('are twelve of a name of many words, the first ones', () => {
    const many = person(
      Array.from({ length: 30 }, (_, index) => `w${index}x-y`).join(' '),
      'many',
      'many@example.com',
    );
    assert.equal(accountTerms(many).length, 11);
    assert.ok(finds('w0 w9 many', many));
    assert.ok(!finds('w12', many));
  });

  it('are found by their beginnings, all words that were typed', () => {
    const ada = person('Ada King Lovelace', 'countess', 'ada@example.com');
    for (const typed of ['ad', 'LOVE', 'love ada', 'coun', 'ada@ex', 'ada lovelace countess', '  ada. '])
      assert.ok(finds(typed, ada), typed);
    for (const typed of ['da', 'example.com', 'ada byron', 'countess2']) assert.ok(!finds(typed, ada), typed);
  });

  it('know no case, no accents and no compatibility forms', () => {
    for (const [typed, name] of [
      ['jose', 'José'],
      ['José', 'Jose\u0301'],
      ['müller', 'Muller'],
      ['strasse', 'Straße'],
      ['ΣΊΣΥΦΟΣ', 'Σίσυφος'],
      ['istanbul', 'İstanbul'],
      ['ISTANBUL', 'ıstanbul'],
      ['ada', 'Ａｄａ'],
      ['ёлкин', 'Елкин'],
      ["o'brien", 'Sinéad O’Brien'],
      ['brien', 'Sinéad O’Brien'],
      ['jean luc', 'Jean-Luc'],
      ['jean-luc', 'Jean-Luc'],
    ] as const)
      assert.ok(finds(typed, person(name)), `${typed} finds ${name}`);
  });

  it('tell apart what accents do not make one', () => {
    assert.ok(!finds('o', person('Øystein')));
    assert.ok(!finds('か', person('が')), 'a voicing mark makes another letter');
  });

  it('are at most 64 characters long, and so is what is typed', () => {
    const long = 'a'.repeat(100);
    assert.ok(finds(long, person(long)));
    assert.equal(searchWords(Array.from({ length: 50 }, (_, i) => `w${i}`).join(' ')).length, 8);
  });

  it('are empty where there is no letter', () => {
    assert.deepEqual(searchWords(' \u0000 … !? '), []);
    assert.deepEqual(groupTerms({ name: '…' }), []);
  });

  it('have every word of every name, whatever it is', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.string({ maxLength: 60 }), (name, more) => {
        assert.ok(matchesWords(groupTerms({ name }), searchWords(name)));
        assert.ok(finds(name, person(name, `${name.split(' ')[0]}${more}`, `${name}.${more}`)));
      }),
    );
  });
});
