import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { type FieldProblems, textField } from '../parts/forms.ts';
import type { AppKind } from './app-facts.ts';

/** How and where sign-ins to an app begin, as it was typed. */
export interface StartFields {
  initiateLoginUri: string;
  /** Seconds; empty where a session is enough. */
  defaultMaxAge: string;
}

export function startPart(
  { words }: ConsoleContext,
  { kind, fields, problems }: { kind: AppKind; fields: StartFields; problems: FieldProblems },
): Html {
  const { initiateLoginUri, defaultMaxAge } = fields;
  const isSaid = initiateLoginUri !== '' || defaultMaxAge !== '';
  return html`<details${isSaid && html` open`}><summary>${words('appForm.start')}</summary><div class="form-part">${
    kind !== 'device' &&
    textField({
      ...{ name: 'initiateLoginUri', label: words('appForm.initiate'), hint: words('appForm.initiateHint') },
      ...{ type: 'url', value: initiateLoginUri, maxLength: 2000, problem: problems.initiateLoginUri },
    })
  }
${textField({
  ...{ name: 'defaultMaxAge', label: words('appForm.maxAge'), hint: words('appForm.maxAgeHint') },
  ...{ type: 'number', value: defaultMaxAge, maxLength: 10, problem: problems.defaultMaxAge },
})}</div></details>`;
}
