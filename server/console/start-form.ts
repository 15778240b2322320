/** How and where sign-ins to an app begin, in the form of an app. */
import type { StartFields } from '../../views/console/apps/start-part.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { optional, text } from './visit.ts';

export const startFieldsOf = ({ initiateLoginUri, defaultMaxAge }: AppFacts): StartFields => ({
  initiateLoginUri: initiateLoginUri ?? '',
  defaultMaxAge: String(defaultMaxAge ?? ''),
});

export const typedStart = (form: URLSearchParams): StartFields => ({
  initiateLoginUri: text(form, 'initiateLoginUri'),
  defaultMaxAge: text(form, 'defaultMaxAge'),
});

/** What the form says; what is not in it stays as it is. */
export function startChanges(form: URLSearchParams) {
  const seconds = optional(form, 'defaultMaxAge');
  return {
    ...(form.has('initiateLoginUri') && { initiateLoginUri: optional(form, 'initiateLoginUri') ?? null }),
    ...(form.has('defaultMaxAge') && { defaultMaxAge: seconds === undefined ? null : Number(seconds) }),
  };
}
