import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { choices, type FieldProblems, textField, tick } from '../parts/forms.ts';

/** By which `sub` an app knows people, as it was typed. */
export interface SubjectFields {
  subjectType: string;
  sectorIdentifierUri: string;
  /** That people who used it are others to it from then on. */
  isMeant: boolean;
}

export function subjectsPart(
  { words }: ConsoleContext,
  { subjectType, sectorIdentifierUri, isMeant }: SubjectFields,
  problems: FieldProblems,
): Html {
  const isWrong = problems.subjectType ?? problems.sectorIdentifierUri ?? problems.newSubjects;
  const options = [
    { value: 'public', label: words('subjects.public'), hint: words('subjects.publicHint') },
    { value: 'pairwise', label: words('subjects.pairwise'), hint: words('subjects.pairwiseHint') },
  ];
  return html`<details${(subjectType === 'pairwise' || isWrong) && html` open`}><summary>${words('app.subjects')}</summary><div class="form-part"><p class="hint">${words('subjects.hint')}</p>
${choices({ kind: 'radio', name: 'subjectType', label: words('subjects.type'), chosen: [subjectType], options, problem: problems.subjectType })}
${textField({ name: 'sectorIdentifierUri', label: words('subjects.sector'), hint: words('subjects.sectorHint'), type: 'url', value: sectorIdentifierUri, maxLength: 2000, problem: problems.sectorIdentifierUri })}
${
  problems.newSubjects &&
  html`<p class="notice caution" role="alert">${words('subjects.newWarning')}</p>
${tick({ name: 'newSubjects', label: words('subjects.newMeant'), hint: words('subjects.newMeantHint'), isOn: isMeant })}`
}</div></details>`;
}
