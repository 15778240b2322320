import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext, ConsoleRole } from '../frame.ts';
import { badge } from '../parts/facts.ts';
import { consoleUrls } from '../urls.ts';

export type PersonStatus = 'active' | 'disabled';

/** A person in a list. */
export interface PersonRow {
  id: string;
  name: string;
  userName: string;
  email?: string;
  role: ConsoleRole;
  status: PersonStatus;
  lastSignInAt?: number;
}

export const roles: readonly { value: ConsoleRole; label: MessageKey; hint: MessageKey }[] = [
  { value: 'person', label: 'role.person', hint: 'role.personHint' },
  { value: 'support', label: 'role.support', hint: 'role.supportHint' },
  { value: 'auditor', label: 'role.auditor', hint: 'role.auditorHint' },
  { value: 'administrator', label: 'role.administrator', hint: 'role.administratorHint' },
];

/** What one must know of a person at a glance: a role, and whether they can sign in. */
export function personBadges(
  { words }: ConsoleContext,
  { role, status }: Pick<PersonRow, 'role' | 'status'>,
): Html {
  const found = roles.find(({ value }) => value === role);
  return html`${role !== 'person' && found && badge(words(found.label))} ${status === 'disabled' && badge(words('person.disabled'), 'caution')}`;
}

/** A person's name as a link, where they are still there. */
export function personLink({ id, name }: { id: string; name?: string | undefined }): Html {
  return html`<a href="${consoleUrls.person(id)}"><bdi>${name ?? id}</bdi></a>`;
}
