import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { ceremonyButton, ceremonyMessage } from './ceremony.ts';
import { passkeySymbol } from './symbols.ts';

/**
 * Two system dialogs follow each other: a passkey that is there, then the new one. Each has a button of its own,
 * because browsers want a press for each, and people an explanation.
 */
export function addPasskeyForm(
  { words }: PageContext,
  { create, wayOut }: { create: string; wayOut?: Html },
): Html {
  return html`<form class="stack" data-passkey-form="add" novalidate>
<ol class="steps" data-steps>
<li data-step="confirm" aria-current="step">${words('add.confirm')}</li>
<li data-step="create">${create}</li>
</ol>
<div class="actions"><button class="button primary" type="submit" data-for-step="confirm" disabled>${passkeySymbol}<span>${words('add.confirmButton')}</span></button>
<span data-for-step="create" hidden>${ceremonyButton(words('enrol.button'), 'submit')}</span>
${wayOut}</div>
${ceremonyMessage(words('confirm.before'))}</form>`;
}
