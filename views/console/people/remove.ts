import { type Html, html } from '../../html.ts';
import type { ConsoleContext, Notice } from '../frame.ts';
import { confirmPage } from '../parts/danger.ts';
import { type FieldProblems, postButton, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';

export interface RemovePersonData {
  person: { id: string; name: string; userName: string; revision: number };
  ends: { sessions: number; apps: number; passkeys: number };
  problems: FieldProblems;
  notice?: Notice;
}

/** Removing a person cannot be taken back: first all that is known of them can be had (GDPR Art. 15, 20). */
export function removePersonPage(
  page: ConsoleContext,
  { person, ends, problems, notice }: RemovePersonData,
): Html {
  const { words } = page;
  const { passkeys, ...rest } = ends;
  return confirmPage(page, {
    section: 'people',
    crumbs: [{ label: person.name, url: consoleUrls.person(person.id) }],
    heading: words('removePerson.heading', { name: person.name }),
    ...(notice && { notice }),
    consequences: [
      words('removePerson.passkeys', { count: passkeys }),
      words('ends.text', rest),
      words('removePerson.audit'),
      words('removePerson.forGood'),
    ],
    before: html`<p>${postButton({ action: consoleUrls.person(person.id, 'export'), label: words('removePerson.export'), kind: '' })}</p>`,
    fields: textField({
      name: 'userName',
      label: words('removePerson.type', { userName: person.userName }),
      maxLength: 64,
      required: true,
      problem: problems.userName,
    }),
    action: consoleUrls.person(person.id, 'remove'),
    button: words('removePerson.button'),
    backUrl: consoleUrls.person(person.id),
    revision: person.revision,
  });
}
