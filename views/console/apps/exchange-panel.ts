import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { panel } from '../parts/facts.ts';
import { postButton, postForm, textField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';

interface ExchangedApp {
  id: string;
  name: string;
  isImpersonated?: boolean;
}

export interface ExchangeData {
  /** Whose tokens it may exchange. */
  apps: readonly ExchangedApp[];
  /** Whether the operator may let it impersonate. */
  mayImpersonate: boolean;
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
  const { apps, mayImpersonate, typed, problem } = exchange;
  if (apps.length === 0 && !may.change) return undefined;
  const chosen = html`<ul class="plain-list">${apps.map(
    (each) =>
      html`<li><span><a href="${consoleUrls.app(each.id)}"><bdi>${each.name}</bdi></a>${each.isImpersonated && html`<small>${words('exchange.impersonates')}</small>`}</span>${may.change && actions(page, { id: app.id, each, mayImpersonate })}</li>`,
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
${may.change && mayImpersonate && apps.length > 0 && html`<p class="hint">${words('exchange.impersonationText')}</p>`}
${apps.length > 0 ? chosen : html`<p>${words('exchange.none')}</p>`}
${may.change && html`<details${isOpen && html` open`}><summary>${words('exchange.addLabel')}</summary>${form}</details>`}`,
  });
}

/** Whoever may change the app may take away what somebody with more rights gave. */
function actions(
  { words }: ConsoleContext,
  { id, each, mayImpersonate }: { id: string; each: ExchangedApp; mayImpersonate: boolean },
): Html {
  const { isImpersonated = false, name: about } = each;
  const button = (action: string, label: MessageKey) =>
    postButton({ action: consoleUrls.app(id, action), label: words(label), about, fields: { app: each.id } });
  return html`<span class="row-actions">${
    isImpersonated
      ? button('end-impersonation', 'exchange.endImpersonation')
      : mayImpersonate && button('impersonate', 'exchange.impersonate')
  }${button('end-exchange', 'api.disallow')}</span>`;
}
