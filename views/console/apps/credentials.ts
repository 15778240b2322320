import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { badge, copyField, exactDate, exactTime, factList, panel } from '../parts/facts.ts';
import { postButton, postForm, selectField } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import type { AppData } from './app.ts';
import { certificateNames } from './certificate-part.ts';

/** A client secret without its value, which is kept nowhere. */
export interface AppSecretRow {
  id: string;
  createdAt: number;
  expiresAt?: number;
}

export function credentialsPanel(page: ConsoleContext, { app, newSecret, discoveryUrl, may }: AppData): Html {
  const { words } = page;
  const isPublic = app.tokenEndpointAuthMethod === 'none';
  return panel({
    id: 'credentials',
    heading: words('app.credentials'),
    content: html`${newSecret && shownOnce(page, newSecret)}
${copyField(page, { id: 'client-id', label: words('app.clientId'), value: app.id })}
${copyField(page, { id: 'issuer', label: words('app.issuer'), value: page.issuer })}
${copyField(page, { id: 'discovery', label: words('app.discovery'), value: discoveryUrl })}
${isPublic ? html`<p class="hint">${words('app.noSecret')}</p>` : secrets(page, { app, may })}`,
  });
}

function shownOnce(page: ConsoleContext, secret: string): Html {
  const { words } = page;
  return html`<div class="notice success">${copyField(page, { id: 'client-secret', label: words('app.newSecret'), value: secret })}<p>${words('app.once')}</p></div>`;
}

function secrets(page: ConsoleContext, { app, may }: Pick<AppData, 'app' | 'may'>): Html {
  const { words } = page;
  if (app.tokenEndpointAuthMethod === 'private_key_jwt')
    return html`<p class="hint">${words('app.signsItself')}</p>`;
  if (app.tokenEndpointAuthMethod.endsWith('tls_client_auth'))
    return html`<p class="hint">${words('app.showsCertificate', { method: app.tokenEndpointAuthMethod })}</p>${certificate(page, app)}`;
  return html`<h3>${words('app.secrets')}</h3><ul class="plain-list">${app.secrets.map(
    ({ id, createdAt, expiresAt }) =>
      html`<li><span><code class="plain">${id}</code><small>${words.rich('app.secretMade', { when: exactDate(page, createdAt) })}</small></span>${
        expiresAt === undefined
          ? badge(words('app.secretValid'), 'good')
          : html`<span>${badge(words('app.secretEnds'), 'caution')} ${exactTime(page, expiresAt)} ${may.change && postButton({ action: consoleUrls.app(app.id, 'end-secret'), label: words('app.endSecret'), fields: { secret: id, revision: String(app.revision) } })}</span>`
      }</li>`,
  )}</ul>
${
  may.change &&
  !app.isBuiltin &&
  html`<details><summary>${words('app.rotate')}</summary><p>${words('app.rotateText')}</p>${postForm({
    action: consoleUrls.app(app.id, 'rotate'),
    submit: words('app.rotateButton'),
    content: selectField({
      within: 'rotate',
      name: 'previousHours',
      label: words('app.previousHours'),
      value: '24',
      options: ['0', '1', '24', '168'].map((hours) => ({
        value: hours,
        label: words('app.hours', { hours: Number(hours) }),
      })),
    }),
  })}</details>`
}`;
}

function certificate({ words }: ConsoleContext, { clientCertificate }: AppData['app']): Html | false {
  const [said] = Object.entries(clientCertificate ?? {});
  const name = certificateNames[said?.[0] as keyof typeof certificateNames];
  return said !== undefined && factList([{ label: words(name), value: html`<code>${said[1]}</code>` }]);
}
