import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { type FieldProblems, selectField, textField } from '../parts/forms.ts';

/** That an app may ask for people by itself, as it was typed. */
export interface CibaFields {
  /** Empty where it may not. */
  cibaMode: string;
  notificationEndpoint: string;
}

export function cibaPart(
  { words }: ConsoleContext,
  { cibaMode, notificationEndpoint }: CibaFields,
  problems: FieldProblems,
): Html {
  const options = [
    { value: '', label: words('appForm.cibaOff') },
    { value: 'poll', label: words('appForm.cibaPoll') },
    { value: 'ping', label: words('appForm.cibaPing') },
  ];
  return html`<details${cibaMode !== '' && html` open`}><summary>${words('app.ciba')}</summary><div class="form-part">${selectField({ name: 'cibaMode', label: words('appForm.ciba'), hint: words('appForm.cibaHint'), value: cibaMode, options, problem: problems.ciba ?? problems['ciba.deliveryMode'] })}
${textField({ name: 'notificationEndpoint', label: words('appForm.notificationEndpoint'), hint: words('appForm.notificationEndpointHint'), type: 'url', value: notificationEndpoint, maxLength: 2000, problem: problems['ciba.notificationEndpoint'] })}</div></details>`;
}
