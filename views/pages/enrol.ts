import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import type { EnrolScript, Installation } from '../page-data.ts';
import { ceremonyButton, ceremonyMessage, passkeyQuestions, wrongPlace } from '../parts/ceremony.ts';
import { field } from '../parts/field.ts';
import { wordsForScript } from '../script-words.ts';

/** Shared by setup, sign-up, invitation and recovery: a few fields, then a passkey. */
export interface EnrolUrls {
  /** POST { name, userName, email? } → { options } */
  options: string;
  /** POST { response } → { location } */
  finish: string;
  /** POST {} → { location } back to the app */
  abort?: string;
}

export interface Person {
  name: string;
  userName: string;
  email?: string;
}

export function enrolScript(
  page: PageContext,
  installation: Omit<Installation, 'issuer'>,
  urls: EnrolUrls,
): EnrolScript {
  return {
    kind: 'enrol',
    issuer: page.issuer,
    ...installation,
    urls: { ...urls },
    words: wordsForScript(page.words, 'enrol'),
  };
}

/** The form with its button, its message and the questions people have. */
export function enrolForm(
  page: PageContext,
  { fields, leave }: { fields: Html; leave?: Html | undefined },
): Html {
  const { words } = page;
  return html`${wrongPlace(words)}
<form class="stack needs-scripts" data-form novalidate>
${fields}
${ceremonyButton(words('enrol.button'), 'submit')}
${ceremonyMessage(words('enrol.before'))}
</form>
${passkeyQuestions(words)}
${leave}`;
}

/** Who it is: three fields at most. */
export function personFields({ words }: PageContext, person?: Partial<Person>): Html {
  return html`${nameField(words, person?.name)}
${field({
  name: 'userName',
  label: words('field.userName'),
  hint: words('field.userNameHint'),
  autocomplete: 'username',
  value: person?.userName,
  required: true,
  maxLength: 64,
})}
${field({
  name: 'email',
  label: words('field.email'),
  type: 'email',
  autocomplete: 'email',
  value: person?.email,
  maxLength: 254,
})}`;
}

export function nameField(words: PageContext['words'], value?: string): Html {
  return field({
    name: 'name',
    label: words('field.name'),
    autocomplete: 'name',
    value,
    required: true,
    maxLength: 100,
  });
}
