import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { panel } from '../parts/facts.ts';
import { postButton, postForm, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';

export interface ExchangeData {
  /** Whose tokens it may exchange. */
  apps: readonly { id: string; name: string; isImpersonated?: boolean }[];
  /** What was typed to add one, and what was wrong with it. */
  typed?: string;
  problem?: string | undefined;
}

/** For apps with a secret: others would have nothing to prove who acts. */
export function exchangePanel(
  page: ConsoleContext,
  { app, may, exchange }: { app: { id: string }; may: { change: boolean }; exchange: ExchangeData },
): Html | undefined {
  const { words } = page;
  const { apps, typed, problem } = exchange;
  if (apps.length === 0 && !may.change) return undefined;
  const chosen = html`<ul class="plain-list">${apps.map(
    ({ id, name, isImpersonated }) =>
      html`<li><span><a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>${isImpersonated && html`<small>${words('exchange.impersonates')}</small>`}</span>${
        may.change &&
        postButton({
          action: consoleUrls.app(app.id, 'end-exchange'),
          label: words('api.disallow'),
          about: name,
          fields: { app: id },
        })
      }</li>`,
  )}</ul>`;
  const form = postForm({
    action: consoleUrls.app(app.id, 'exchange'),
    submit: words('exchange.add'),
    content: textField({
      within: 'exchange',
      name: 'app',
      label: words('exchange.addLabel'),
      hint: words('exchange.addHint'),
      value: typed,
      maxLength: 200,
      required: true,
      problem,
    }),
  });
  const isOpen = problem !== undefined;
  return panel({
    id: 'exchange',
    heading: words('exchange.heading'),
    content: html`<p class="hint">${words('exchange.text')}</p>
${apps.length > 0 ? chosen : html`<p>${words('exchange.none')}</p>`}
${may.change && html`<details${isOpen && html` open`}><summary>${words('exchange.addLabel')}</summary>${form}</details>`}`,
  });
}
