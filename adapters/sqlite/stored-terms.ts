import { type Account, accountTerms, appTerms, compareBytes, groupTerms } from '../../server/storage.ts';

/**
 * What stands in the column `terms`, and from there in the side table: the terms that a record is found by, and every
 * two of them as a pair, by which two words are found together in one range. A pair begins with the first letter of
 * one term and goes on with the whole other one: of a million people few have a term that begins with the second word
 * and another with the letter that the first word begins with. No term has a control character in it.
 */
function withPairs(terms: readonly string[]): string[] {
  return [
    ...terms,
    ...terms.flatMap((term, index) => terms.slice(index + 1).map((later) => pairOf(term, later))),
  ];
}

const pairOf = (term: string, later: string) => `${pairsOf(term, later)}${endOfPair(term)}`;
const pairsOf = (word: string, later: string) => `\u0002${[...word][0]}${later}`;
const endOfPair = (word: string) => `\u0003${word}`;

/** A range of the side table, and what its terms must hold besides; undefined for one word. */
export interface Range {
  begin: string;
  within?: string;
}

/**
 * Where the records lie that all words find, and maybe more: of three words the two longest are looked for. Words are
 * in order, and none begins another one, so that the terms that they find are in the same order.
 */
export function rangeOf(words: readonly string[], scope: string): Range | undefined {
  const [word, later] = words
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 2)
    .sort(compareBytes);
  if (word === undefined) return undefined;
  if (later === undefined) return { begin: scope + word };
  return { begin: scope + pairsOf(word, later), within: endOfPair(word) };
}

/** A record of several terms in a range stands at the first of them. */
export function firstIn({ begin, within = '' }: Range, terms: readonly string[], scope: string) {
  const there = withPairs(terms).map((term) => scope + term);
  return there.filter((term) => term.startsWith(begin) && term.includes(within)).sort(compareBytes)[0];
}

/** Few people have another role than `person`, or are disabled: their terms are kept once more, under that. */
const scopeOf = (value: string) => `\u0001${value}\u0001`;

/** The scope that holds the fewest of those who are looked for. */
export function narrowestScope({ role, status }: Partial<Pick<Account, 'role' | 'status'>>): string {
  if (role !== undefined && role !== 'person') return scopeOf(role);
  return status === 'disabled' ? scopeOf(status) : '';
}

const scopesOf = ({ role, status }: Account): string[] => [
  '',
  ...(role === 'person' ? [] : [scopeOf(role)]),
  ...(status === 'disabled' ? [scopeOf(status)] : []),
];

export function storedAccountTerms(account: Account): string {
  const terms = withPairs(accountTerms(account));
  return JSON.stringify(scopesOf(account).flatMap((scope) => terms.map((term) => scope + term)));
}

export const storedGroupTerms = (group: Parameters<typeof groupTerms>[0]): string =>
  JSON.stringify(withPairs(groupTerms(group)));

export const storedAppTerms = (app: Parameters<typeof appTerms>[0]): string =>
  JSON.stringify(withPairs(appTerms(app)));

const byTable = {
  accounts: storedAccountTerms,
  groups: storedGroupTerms,
  apps: storedAppTerms,
} satisfies Record<string, (record: never) => string>;

/** For a migration: the terms of a record from before there were any. */
export function termsOfStored(table: string, record: string): string {
  const termsOf = byTable[table as keyof typeof byTable] as (record: unknown) => string;
  return termsOf(JSON.parse(record));
}
