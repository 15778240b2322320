import type { App } from '../apps/app.ts';
import type { Group } from '../groups/group.ts';
import type { Account } from './account.ts';

/** Longer ones are cut, in terms and in what is typed alike. */
const longestTerm = 64;
/** More words in a search than these narrow nothing down any more. */
const mostWords = 8;
/** Of a name that has more, the first ones: what is kept of a record grows with the square of them (SQLite). */
const mostTerms = 12;

/**
 * What a person is found by: the beginnings of the user name, of the e-mail address, and of each word of the name.
 * Both engines keep these terms beside the account. In the order of their bytes, as both engines compare them.
 */
export function accountTerms({
  userName,
  email = '',
  name,
}: Pick<Account, 'userName' | 'email' | 'name'>): string[] {
  return toTerms([trimmed(fold(userName)), trimmed(fold(email)), ...wordsOf(name)]);
}

/** By its id and by each word of its name. */
export function appTerms({ id, name }: Pick<App, 'id' | 'name'>): string[] {
  return toTerms([trimmed(fold(id)), ...wordsOf(name)]);
}

/** By each word of its name. */
export function groupTerms({ name }: Pick<Group, 'name'>): string[] {
  return toTerms(wordsOf(name));
}

/**
 * What is looked for: whatever is found has a term that begins with each of these, and each with another. In the order
 * of their bytes. Empty where nothing was asked.
 */
export function searchWords(text: string): string[] {
  return longest([...new Set(tokensOf(text))].slice(0, mostWords));
}

export function matchesWords(terms: readonly string[], words: readonly string[]): boolean {
  return words.every((word) => terms.some((term) => term.startsWith(word)));
}

/**
 * Compatibility forms are one (NFKC), and so are capitals and small letters of any language, and accents that stand on
 * a letter by themselves count for nothing: `jose` finds José, and `müller` finds Muller. Letters of their own stay:
 * ø is not o. Voicing marks and vowel signs of other scripts stay as well, for without them a word is another.
 */
function fold(text: string): string {
  const withoutAccents = (accented: string) => accented.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  const bare = withoutAccents(text.toWellFormed())
    .replace(/[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[\u2019\u02bc]/g, "'");
  return withoutAccents(bare.toLowerCase().toUpperCase().toLowerCase()).normalize('NFC');
}

/** A name is found by `O'Brien` as by `Brien`: by what stands between spaces, and by what stands between marks in it. */
function wordsOf(name: string): string[] {
  const tokens = tokensOf(name);
  return [...tokens, ...tokens.flatMap((token) => token.split(/[^\p{L}\p{N}\p{M}]+/u))];
}

const tokensOf = (text: string): string[] => fold(text).split(/\s+/u).map(trimmed).filter(Boolean);

/** Begins and ends with a letter or a digit: whoever types has often just set a full stop. */
function trimmed(folded: string): string {
  const bare = folded.trim().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu, '');
  return bare.length <= longestTerm ? bare : [...bare].slice(0, longestTerm).join('');
}

const toTerms = (words: readonly string[]): string[] =>
  longest([...new Set(words)].filter(Boolean).slice(0, mostTerms));

/**
 * Without what another one begins with: whatever finds `ada` finds `ada.lovelace` too. In order it would stand right
 * before that.
 */
function longest(words: readonly string[]): string[] {
  const inOrder = words.toSorted(compareBytes);
  return inOrder.filter((word, index) => !inOrder[index + 1]?.startsWith(word));
}

/** In the order of UTF-8, which is not that of strings in JavaScript. */
export const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
