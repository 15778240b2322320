import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../errors.ts';
import { parseEmail, parseName, parseUserName, userNameKey } from './user-name.ts';

function refused(parse: (typed: string) => unknown, field: string, typed: string) {
  assert.throws(
    () => parse(typed),
    (error) => error instanceof AppError && error.code === 'field_invalid' && error.field === field,
    JSON.stringify(typed.slice(0, 40)),
  );
}

const refuses = (...typed: string[]) => {
  for (const item of typed) refused(parseUserName, 'userName', item);
};

describe('user names', () => {
  it('keeps what was typed beside the form in which it is unique', () => {
    assert.deepEqual(parseUserName(' Ada.Lovelace '), {
      userName: 'Ada.Lovelace',
      userNameKey: 'ada.lovelace',
    });
  });

  it('takes names of one script, and of those that are written together', () => {
    const names = [
      'ada',
      'a@b.example',
      'jörg',
      'мария',
      'ελένη',
      'שרה',
      'محمد',
      '山田太郎',
      '山田taro',
      'さくらサクラ',
      '김민수',
    ];
    for (const name of [...names, 'นฤมล', 'अनिता', 'ada7', '7', 'محمد7'])
      assert.equal(parseUserName(name).userName, name.normalize('NFC'));
  });

  it('takes signs inside alone, and says which rule a name breaks', () => {
    for (const name of ['ada.lovelace', 'ada_l', 'ada-l', 'ada+work@example.com']) parseUserName(name);
    const broken = {
      '../x': 'userNameCharacters',
      '../../etc': 'userNameCharacters',
      'a!b': 'userNameCharacters',
      'a.': 'userNameEnds',
      '-a': 'userNameEnds',
      '..': 'userNameEnds',
      '\u0430da': 'userNameMixed',
      '': 'userNameLength',
    };
    for (const [name, reason] of Object.entries(broken))
      assert.throws(() => parseUserName(name), { code: 'field_invalid', field: 'userName', reason }, name);
  });

  it('O21 refuses a Cyrillic letter among Latin ones, and other mixtures', () => {
    refuses('p\u0430ypal', 'αda', 'аdmin', 'adaשרה', 'мαρία', 'abcᎪ', '山田мария', 'さくら김');
  });

  it('O21 holds composed and decomposed letters to be one name', () => {
    assert.equal(userNameKey('j\u00f6rg'), userNameKey('jo\u0308rg'));
    assert.equal(parseUserName('jo\u0308rg').userName, 'j\u00f6rg');
  });

  it('O21 refuses zero-width, filler and other invisible characters', () => {
    refuses(
      'a\u200bda',
      'a\u200dda',
      'a\u200cda',
      '\ufeffada\u2060',
      'a\u00adda',
      'a\u034fda',
      'ada\ufe0f',
      '\u3164',
      '\u115f',
      'ada\u{e0041}',
    );
  });

  it('O21 refuses overrides of direction, controls and spaces', () => {
    refuses(
      '\u202eada',
      'ada\u2066',
      'a\u200fda',
      'a\nda',
      'a\u0000da',
      'ada lovelace',
      'ada\u00a0l',
      'ada\u3000l',
      'a\u2028b',
    );
  });

  it('O21 refuses emoji, symbols, compatibility characters and unassigned ones', () => {
    refuses('ada😀', '♥', 'ﬁn', 'ⅷ', '①', '𝒶da', 'ada\u0378', 'ada\ue000', '\ud800', 'x²');
  });

  it('O21 refuses ten thousand combining marks quickly, and four in a row', () => {
    const begun = performance.now();
    refuses(`a${'\u0301'.repeat(10_000)}`, `a${'\u0330'.repeat(4)}`, '\u0301ada');
    assert.ok(performance.now() - begun < 50);
  });

  it('O21 holds the Turkish i, sharp s and final sigma to be what other cases of them are', () => {
    for (const name of ['İsmail', 'ısmail', 'ISMAIL', 'ismail', 'i\u0307smail'])
      assert.equal(userNameKey(name), 'ismail');
    assert.equal(userNameKey('STRASSE'), userNameKey('straße'));
    assert.equal(userNameKey('ΝΙΚΟΣ'), userNameKey('νικος'));
  });

  it('O21 reads full-width letters and signs as the ordinary ones', () => {
    assert.deepEqual(parseUserName('Ａｄａ＠ｘ'), { userName: 'Ada@x', userNameKey: 'ada@x' });
    assert.equal(userNameKey('ｻｸﾗ'), userNameKey('サクラ'));
  });

  it('refuses nothing, too much, and signs alone', () => {
    refuses('', '   ', 'a'.repeat(65), '...', '@', '-_-');
    assert.equal(parseUserName('a'.repeat(64)).userName.length, 64);
  });

  it('refuses right-to-left names that begin or end with something else', () => {
    refuses('7محمد', '.שרה', 'שרה!');
  });

  it('reads its own result to the same key, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (typed) => {
        try {
          const { userName, userNameKey: key } = parseUserName(typed);
          assert.equal(userNameKey(userName), key);
          assert.equal(userNameKey(userName.toUpperCase().normalize('NFC')), key);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('names of people', () => {
  it('takes any script, mixtures and emoji', () => {
    for (const name of ['Ada Lovelace', '山田 Tarō', "D'Arcy O’Neill", 'Zoë 🚀', 'علی‌رضا'])
      assert.equal(parseName(name), name.normalize('NFC'));
    assert.equal(parseName('  Ada \u00a0 Lovelace '), 'Ada Lovelace');
  });

  it('O21 refuses controls, overrides of direction, floods of marks, emptiness', () => {
    for (const name of [
      '',
      ' ',
      'a\nb',
      'a\u202eb',
      'a\u2028b',
      `a${'\u0301'.repeat(9)}`,
      '😀',
      'x'.repeat(101),
      '\udc00a',
      'a\u200b',
    ])
      refused(parseName, 'name', name);
  });
});

describe('e-mail addresses', () => {
  it('takes everyday addresses and folds case and domain', () => {
    assert.deepEqual(parseEmail(' Ada@Example.COM '), {
      email: 'Ada@Example.COM',
      emailKey: 'ada@example.com',
    });
    assert.equal(parseEmail('jörg@bücher.example').emailKey, 'jörg@xn--bcher-kva.example');
    assert.equal(parseEmail("o'neill+tag@mail.example.org").email, "o'neill+tag@mail.example.org");
  });

  it('refuses what is none, header injection and too long ones', () => {
    const wrong = [
      '',
      'ada',
      '@x.y',
      'a@b',
      'a@b..c',
      'a b@x.yz',
      'a@x.yz\nBcc: b@x.yz',
      '.a@x.yz',
      'a..b@x.yz',
      'a@[127.0.0.1]',
    ];
    for (const typed of [
      ...wrong,
      `${'a'.repeat(250)}@x.yz`,
      'a@x.yz,b@x.yz',
      '<a@x.yz>',
      'a@127.0.0.1',
      'a@x/y.zz',
    ])
      refused(parseEmail, 'email', typed);
  });
});
