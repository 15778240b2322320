/** A page of the console as data: what was asked by whom, and what is answered. Only `routes.ts` knows koa. */
import type { ConsoleContext, Notice } from '../../views/console/frame.ts';
import type { Html } from '../../views/html.ts';
import type { MessageKey } from '../../views/words.ts';
import type { Administration } from '../admin/operations.ts';
import type { Permissions } from '../admin/permission.ts';
import type { ApiScope } from '../apps/api-scopes.ts';
import type { Account } from '../storage.ts';

/** Something to say on the next page. Kept in a sealed cookie until then. */
export interface Told {
  kind: Notice['kind'];
  key: MessageKey;
  values?: Record<string, string | number>;
  /** What is shown once, on the page it is about: a client secret, a link. */
  once?: { about: string; value: string };
}

export interface Visit {
  /** What the person may do, and nothing else. */
  admin: Administration;
  permissions: Permissions;
  /** Links go to people by mail. */
  sendsMail: boolean;
  /** What ID tokens may be signed with here. */
  algorithms: () => Promise<readonly string[]>;
  /** How apps may show a certificate here: none where there is no name of its own for that. */
  certificateMethods: readonly string[];
  /** Who is at the console. */
  account: Account;
  page: ConsoleContext;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | undefined>>;
  /** Of a form that was sent. */
  form: URLSearchParams;
  /** From the page before. */
  told?: Told | undefined;
  now: number;
}

export type Answer =
  | { page: Html; status?: number }
  /** After a change: the page is got anew, so that loading it again repeats nothing. */
  | { to: string; told?: Told }
  | { download: { name: string; type: string; body: string | AsyncIterable<string> } }
  | { json: object };

export interface ConsoleRoute {
  method: 'GET' | 'POST';
  /** Below `/console`. */
  path: string;
  run(visit: Visit): Promise<Answer>;
}

export function may({ permissions }: Visit, scope: ApiScope): boolean {
  return permissions.scopes.has(scope);
}

/** What was typed, without what surrounds it. */
export function text(form: URLSearchParams, name: string): string {
  return form.get(name)?.trim() ?? '';
}

/** What was typed, or nothing. */
export function optional(form: URLSearchParams, name: string): string | undefined {
  return text(form, name) || undefined;
}

/** Lines that hold something. */
export function lines(form: URLSearchParams, name: string): string[] {
  return text(form, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The revision of the record that the form was about. */
export function revisionOf(form: URLSearchParams): { revision?: number } {
  const given = form.get('revision');
  return given && /^\d{1,15}$/.test(given) ? { revision: Number(given) } : {};
}

/** The notice of the page before. */
export function noticeOf({ told, page }: Visit): { notice?: Notice } {
  return told ? { notice: { kind: told.kind, text: page.words(told.key, told.values) } } : {};
}

/** What is shown this once, if it is about this. */
export function shownOnce({ told }: Visit, about: string): string | undefined {
  return told?.once?.about === about ? told.once.value : undefined;
}
