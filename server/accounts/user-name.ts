import { domainToASCII } from 'node:url';
import { AppError, type FieldReason } from '../errors.ts';

/** A user name as typed, and the form in which it is unique. */
export interface UserName {
  userName: string;
  userNameKey: string;
}

/**
 * Reads a user name by the PRECIS profile UsernameCaseMapped (RFC 8265 §3.3), and refuses what could pass for another
 * name: several scripts in one, invisible characters, piles of marks (UTS 39, highly restrictive).
 * @throws AppError `field_invalid` with field `userName`
 */
export function parseUserName(typed: string): UserName {
  if (typed.length > 512) refuse('userName', { reason: 'userNameLength', detail: 'more than 64 characters' });
  if (!typed.isWellFormed()) refuse('userName', { reason: 'userNameCharacters', detail: 'not Unicode' });
  const userName = mapWidth(typed.trim()).normalize('NFC');
  const rule = userNameRules.find(({ holds }) => !holds(userName));
  if (rule) refuse('userName', rule.otherwise);
  return { userName, userNameKey: foldCase(userName) };
}

/** The form of a user name that is unique. @throws AppError `field_invalid` as `parseUserName` */
export function userNameKey(typed: string): string {
  return parseUserName(typed).userNameKey;
}

interface Rule {
  holds: (text: string) => boolean;
  otherwise: Refusal;
}

interface Refusal {
  reason: FieldReason;
  /** For the log. */
  detail: string;
}

/** RFC 8264 §9.11: letters, digits and marks; of printable ASCII, which it has too, what e-mail addresses are made of. */
const identifierClass = /^[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}._@+-]+$/u;
/** RFC 8264 §9.9, §9.13, §9.6: old jamo, invisible characters, and letters that only stretch or repeat. */
const excluded = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;

const rule = (reason: FieldReason, detail: string, holds: Rule['holds']): Rule => ({
  holds,
  otherwise: { reason, detail },
});

const userNameRules: readonly Rule[] = [
  rule('userNameLength', 'must have 1 to 64 characters', (text) => text !== '' && count(text) <= 64),
  rule(
    'userNameCharacters',
    'only letters, digits and . _ - @ + may be in it',
    (text) => identifierClass.test(text) && !excluded.test(text),
  ),
  rule(
    'userNameCharacters',
    'it has an invisible character',
    (text) => !/\p{Default_Ignorable_Code_Point}/u.test(text),
  ),
  rule('userNameCharacters', 'it has a compatibility character', (text) =>
    [...text].every((it) => it.normalize('NFKC') === it),
  ),
  rule('userNameCharacters', 'it has too many combining marks', hasFewMarks),
  rule(
    'userNameEnds',
    'must begin and end with a letter or a digit',
    (text) => /^[\p{L}\p{Nd}]/u.test(text) && /[\p{L}\p{Nd}]\p{M}*$/u.test(text),
  ),
  rule('userNameMixed', 'its scripts do not go together', isOfOneScript),
  rule('userNameMixed', 'its directions do not go together', hasOneDirection),
];

/** RFC 8265 §3.3.1: full-width and half-width characters become the ordinary ones. */
function mapWidth(text: string): string {
  return text.replace(/[\uff00-\uffef]/g, (character) => character.normalize('NFKC'));
}

/**
 * Lower case of upper case of lower case, so that no language's rules for case tell two keys apart: ß is ss, ς is σ,
 * and the four Turkish i are one.
 */
function foldCase(text: string): string {
  const folded = text.toLowerCase().toUpperCase().toLowerCase();
  return folded.replaceAll('i\u0307', 'i').normalize('NFC');
}

function hasFewMarks(text: string): boolean {
  return !/^\p{M}|\p{M}{4}/u.test(text.normalize('NFC'));
}

/** UAX 31 table 5, and the combinations that Chinese, Japanese and Korean are written in. */
const scripts = [
  ...'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi'.split(' '),
  ...'Hebrew Kannada Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'.split(
    ' ',
  ),
  'Latin Han Hiragana Katakana',
  'Latin Han Bopomofo',
  'Latin Han Hangul',
].map((names) => {
  const letters = `${names} Common Inherited`.split(' ').map((name) => `\\p{scx=${name}}`);
  return new RegExp(`^[${letters.join('')}]+$`, 'u');
});

function isOfOneScript(text: string): boolean {
  return scripts.some((script) => script.test(text));
}

const rightToLeft = /[\p{scx=Arabic}\p{scx=Hebrew}\p{scx=Thaana}]/u;

/** The Bidi Rule (RFC 5893 §2) for names of one script: from right to left begins and ends so. */
function hasOneDirection(text: string): boolean {
  if (!/(?=\p{L})[\p{scx=Arabic}\p{scx=Hebrew}\p{scx=Thaana}]/u.test(text)) return true;
  const [first = ''] = text;
  return rightToLeft.test(first) && /\p{L}/u.test(first) && /[\p{L}\p{Nd}]\p{M}*$/u.test(text);
}

const controls =
  /[\p{Cc}\p{Co}\p{Cn}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u;

/**
 * Reads a person's name: any script and any mixture, on one line.
 * @throws AppError `field_invalid` with field `name`
 */
export function parseName(typed: string): string {
  if (typed.length > 512 || !typed.isWellFormed()) refuseName('too long or not Unicode');
  const name = typed
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
  if (name === '' || count(name) > 100) refuseName('must have 1 to 100 characters');
  if (controls.test(name)) refuseName('a control character');
  if (!/[\p{L}\p{N}]/u.test(name)) refuseName('no letter');
  if (!hasFewMarks(name)) refuseName('too many combining marks');
  return name;
}

/** An e-mail address as typed, and the form to find it by. */
export interface Email {
  email: string;
  emailKey: string;
}

/**
 * Reads an e-mail address of the everyday form. Whether it works only a message can tell.
 * @throws AppError `field_invalid` with field `email`
 */
export function parseEmail(typed: string): Email {
  const email = typed.length > 254 ? '' : typed.trim().normalize('NFC');
  const [, local = '', host = ''] =
    /^([^\s@"(),:;<>[\]\\\p{C}]{1,64})@([^\s@/?#:%\p{C}]+)$/u.exec(email) ?? [];
  const domain = domainToASCII(host);
  const dotted = /^(?=.{3,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.[a-z][a-z0-9-]{1,62}$/.test(domain);
  if (!dotted || /^\.|\.\.|\.$/.test(local))
    refuse('email', { reason: 'email', detail: 'not an e-mail address' });
  return { email, emailKey: `${foldCase(local)}@${domain}` };
}

function count(text: string): number {
  return [...text].length;
}

function refuseName(detail: string): never {
  refuse('name', { reason: 'name', detail });
}

function refuse(field: string, refusal: Refusal): never {
  throw new AppError('field_invalid', { field, ...refusal });
}
