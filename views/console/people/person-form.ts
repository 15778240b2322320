import { type Html, html } from '../../html.ts';
import { languages } from '../../words.ts';
import { type ConsoleContext, type ConsoleRole, consolePage, type Notice } from '../frame.ts';
import { choices, type FieldProblems, postForm, selectField, textArea, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import { roles } from './person-facts.ts';

/** What was typed, as it was typed. */
export interface PersonFields {
  name: string;
  userName: string;
  email?: string;
  locale?: string;
  role: string;
  groups: readonly string[];
  /** A line each: `department = Research`. */
  attributes: string;
}

export interface PersonFormData {
  /** Absent for a new one. */
  person?: { id: string; name: string; revision: number };
  fields: PersonFields;
  groups: readonly { id: string; name: string }[];
  /** Roles that the operator may give: none above their own. */
  roles: readonly ConsoleRole[];
  /** Whether a link is sent by e-mail where there is an address. */
  sendsMail: boolean;
  problems: FieldProblems;
  notice?: Notice;
}

/** Invites a person, or changes one. */
export function personFormPage(page: ConsoleContext, data: PersonFormData): Html {
  const { words } = page;
  const { person } = data;
  return consolePage(page, {
    section: 'people',
    crumbs: person ? [{ label: person.name, url: consoleUrls.person(person.id) }] : [],
    heading: words(person ? 'personForm.change' : 'people.invite'),
    lead: person ? undefined : words(data.sendsMail ? 'personForm.inviteByMail' : 'personForm.inviteByLink'),
    width: 'reading',
    notice: data.notice,
    content: html`<section class="panel">${postForm({
      action: person ? consoleUrls.person(person.id, 'edit') : consoleUrls.newPerson,
      ...(person && { revision: person.revision }),
      content: fieldsOf(page, data),
      submit: words(person ? 'profile.save' : 'personForm.inviteButton'),
      kind: 'primary',
      cancel: {
        url: person ? consoleUrls.person(person.id) : consoleUrls.people,
        label: words('action.cancel'),
      },
    })}</section>`,
  });
}

function fieldsOf(
  page: ConsoleContext,
  { fields, groups, roles: allowed, problems, person }: PersonFormData,
): Html {
  const { words } = page;
  return html`${textField({ name: 'name', label: words('personForm.name'), value: fields.name, required: true, maxLength: 100, problem: problems.name })}
${person ? undefined : textField({ name: 'userName', label: words('field.userName'), hint: words('personForm.userNameHint'), value: fields.userName, required: true, maxLength: 64, problem: problems.userName })}
${textField({ name: 'email', label: words('field.email'), type: 'email', value: fields.email, maxLength: 254, problem: problems.email })}
${
  person &&
  selectField({
    name: 'locale',
    label: words('profile.language'),
    value: fields.locale,
    options: [
      { value: '', label: words('personForm.anyLanguage') },
      ...Object.entries(languages).map(([value, label]) => ({ value, label })),
    ],
  })
}
${choices({
  kind: 'radio',
  name: 'role',
  label: words('people.role'),
  chosen: [fields.role],
  problem: problems.role,
  options: roles
    .filter(({ value }) => allowed.includes(value))
    .map(({ value, label, hint }) => ({ value, label: words(label), hint: words(hint) })),
})}
${
  groups.length > 0 &&
  choices({
    kind: 'checkbox',
    name: 'groups',
    label: words('console.groups'),
    chosen: fields.groups,
    problem: problems.groups,
    options: groups.map(({ id, name }) => ({ value: id, label: name })),
  })
}
${textArea({ name: 'attributes', label: words('personForm.attributes'), hint: words.rich('personForm.attributesHint', { example: html`<code>department = "Research"</code>` }), value: fields.attributes, rows: 3, maxLength: 8000, problem: problems.attributes, isCode: true })}`;
}
