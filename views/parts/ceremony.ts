import { type Html, html } from '../html.ts';
import type { Words } from '../words.ts';
import { passkeySymbol } from './symbols.ts';

/**
 * The handshake around a system dialog stands in one place below the button: what is about to happen, then that the
 * browser is waiting, then what came of it. The words change where they are, so that nothing moves.
 */
export function ceremonyMessage(before: string): Html {
  return html`<div class="says" data-says role="status" aria-live="polite"><p>${before}</p></div>`;
}

/** The primary button of a page that uses or makes a passkey. Needs scripts, which enable it. */
export function ceremonyButton(label: string, type: 'button' | 'submit'): Html {
  return html`<button class="button primary" type="${type}" data-ceremony disabled>${passkeySymbol}<span>${label}</span></button>`;
}

/** Filled in and shown by the script where the page is not at the address that the server was set up for. */
export function wrongPlace(words: Words): Html {
  return html`<section class="notice caution wrong-place" data-wrong-place hidden aria-labelledby="wrong-place-heading">
<h2 id="wrong-place-heading" tabindex="-1">${words('wrongPlace.heading')}</h2>
<p data-reason></p>
<p data-go hidden><a class="button" data-go-link href="#">${words('wrongPlace.go')}</a></p>
<div data-remedy hidden><p>${words('wrongPlace.administrator')}</p><pre><code data-setting></code></pre></div>
</section>`;
}

/** The questions people have before they make a passkey, answered in place. */
export function passkeyQuestions(words: Words): Html {
  return html`<section class="questions" aria-label="${words('questions.label')}">
${question(words('questions.what'), words('questions.whatAnswer'))}
${question(words('questions.where'), words('questions.whereAnswer'))}
${question(words('questions.devices'), words('questions.devicesAnswer'))}
${question(words('questions.lost'), words('questions.lostAnswer'))}
</section>`;
}

export function question(summary: string, answer: Html | string): Html {
  return html`<details><summary>${summary}</summary><p>${answer}</p></details>`;
}
