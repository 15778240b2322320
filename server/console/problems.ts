import type { Notice } from '../../views/console/frame.ts';
import type { FieldProblems } from '../../views/console/parts/forms.ts';
import type { MessageKey } from '../../views/words.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { Answer, Told, Visit } from './visit.ts';

/** Refusals that an administrator can do something about, in their language. */
const sentences: Partial<Record<ErrorCode, MessageKey>> = {
  bad_request: 'problem.bad_request',
  field_invalid: 'problem.field_invalid',
  user_name_taken: 'problem.user_name_taken',
  rules_contradict: 'problem.rules_contradict',
  no_administrator_left: 'refused.noAdministratorLeft',
  passkey_not_found: 'problem.passkey_not_found',
  last_administrator: 'refused.lastAdministrator',
  account_disabled: 'refused.accountDisabled',
  sign_up_closed: 'refused.signUpClosed',
  forbidden: 'refused.forbidden',
  not_found: 'refused.notFound',
  conflict: 'refused.conflict',
  second_person_needed: 'refused.secondPersonNeeded',
  next_key_unknown: 'refused.nextKeyUnknown',
};

interface Refused {
  notice: Notice;
  problems: FieldProblems;
  /** By the whole name of the field, such as `groups.Editors.leastPasskeys`. */
  byPath: FieldProblems;
}

/** Whether it is about what was asked; anything else is answered as everywhere. */
function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.status < 500 && error.code in sentences;
}

const sentenceOf = ({ code }: AppError): MessageKey => sentences[code] ?? 'problem.internal';

/**
 * Does what a form asks for. What is refused is said on the form, beside the fields that it is about, with everything
 * that was typed still there.
 */
export async function attempt(
  { page }: Visit,
  work: () => Promise<Answer>,
  again: (refused: Refused) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const notice = { kind: 'problem' as const, text: page.words(sentenceOf(error)) };
    const byPath = problemsOf(page.words, error);
    const first = ([field, problem]: [string, string]) => [field.split('.')[0] ?? '', problem] as const;
    return again({ notice, byPath, problems: Object.fromEntries(Object.entries(byPath).map(first)) });
  }
}

type Words = Visit['page']['words'];

/** What is wrong with each field. */
function problemsOf(words: Words, error: AppError): FieldProblems {
  const { field, reason, problems = [] } = error;
  const found = problems.map((each) => [each.field, sentence(each.message)] as const);
  const own = field === undefined ? [] : [[field, ownSentence(words, error)] as const];
  const byRule = reason !== undefined || error.code === 'user_name_taken';
  return Object.fromEntries(byRule ? [...found, ...own] : [...own, ...found]);
}

/** Rules of people's fields have sentences in every language; those of apps say what precisely is wrong, in English. */
function ownSentence(words: Words, error: AppError): string {
  if (error.reason !== undefined) return words(`reason.${error.reason}` as MessageKey);
  return error.detail !== undefined && error.code === 'field_invalid'
    ? sentence(error.detail)
    : words(sentenceOf(error));
}

/** An address at its beginning stays as it was written. */
const sentence = (message: string) => {
  const text = message.replace(/\.?$/, '.');
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
};

/** Does one thing, and says on the page it came from what came of it. */
export async function act(back: string, done: Told, work: () => Promise<unknown>): Promise<Answer> {
  try {
    await work();
    return { to: back, told: done };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { to: back, told: { kind: 'problem', key: sentenceOf(error) } };
  }
}

/** What may be missing, or not be the caller's to see. */
export async function ifAllowed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && ['forbidden', 'not_found'].includes(error.code)) return undefined;
    throw error;
  }
}
