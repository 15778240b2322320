import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import {
  choices,
  type FieldProblems,
  postForm,
  selectField,
  textArea,
  textField,
  tick,
} from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import type { AppKind } from './app-facts.ts';
import { type CibaFields, cibaPart } from './ciba-part.ts';
import { pkceField } from './pkce.ts';
import { type SecurityFields, securityPanel } from './security-form.ts';
import { type SiteFields, siteFields } from './site-fields.ts';
import { type StartFields, startPart } from './start-part.ts';
import { type SubjectFields, subjectsPart } from './subjects-part.ts';

/** What was typed: lists are lines, numbers are text. */
export interface AppFields extends CibaFields, StartFields {
  name: string;
  redirectUris: string;
  postLogoutRedirectUris: string;
  backchannelLogoutUri: string;
  frontchannelLogoutUri: string;
  isFrameToldSession: boolean;
  logoUri: string;
  consent: string;
  scopes: readonly string[];
  apiScopes: readonly string[];
  claims: string;
  allowedGroups: readonly string[];
  accessTokenMinutes: string;
  refreshTokenDays: string;
  sessionHours: string;
  pkce: string;
  idTokenSignedResponseAlg: string;
  site: SiteFields;
  security: SecurityFields;
  subjects: SubjectFields;
}

export interface AppFormData {
  app: { id: string; name: string; kind: AppKind; revision: number };
  fields: AppFields;
  /** What ID tokens may be signed with. */
  algorithms: readonly string[];
  /** How apps may show a certificate here. */
  certificateMethods: readonly string[];
  /** Scopes that there are. */
  scopes: readonly string[];
  /** Scopes of our own API that the operator has, and so may give; with what each allows. */
  apiScopes: readonly { value: string; hint: string }[];
  groups: readonly { id: string; name: string }[];
  problems: FieldProblems;
  notice?: Notice;
}

export function appFormPage(page: ConsoleContext, data: AppFormData): Html {
  const { words } = page;
  const { app } = data;
  return consolePage(page, {
    section: 'apps',
    crumbs: [{ label: app.name, url: consoleUrls.app(app.id) }],
    heading: words('appForm.heading'),
    width: 'reading',
    notice: data.notice,
    content: html`<section class="panel">${postForm({
      action: consoleUrls.app(app.id, 'edit'),
      revision: app.revision,
      submit: words('profile.save'),
      kind: 'primary',
      cancel: { url: consoleUrls.app(app.id), label: words('action.cancel') },
      content: html`${textField({ name: 'name', label: words('newApp.name'), value: data.fields.name, required: true, maxLength: 100, problem: data.problems.name })}
${app.kind !== 'machine' && forPeople(page, data)}
${app.kind !== 'machine' && app.kind !== 'proxied' && startPart(page, { kind: app.kind, ...data })}
${(app.kind === 'web' || app.kind === 'browser') && inTheBrowser(page, data)}
${app.kind === 'web' && cibaPart(page, data.fields, data.problems)}
${tokens(page, data)}
${app.kind !== 'proxied' && securityPanel(page, { kind: app.kind, certificateMethods: data.certificateMethods, fields: data.fields.security, problems: data.problems })}
${app.kind !== 'machine' && app.kind !== 'device' && subjectsPart(page, data.fields.subjects, data.problems)}`,
    })}</section>`,
  });
}

function forPeople(page: ConsoleContext, { app, fields, groups, problems }: AppFormData): Html {
  const { words } = page;
  const addresses = app.kind !== 'device';
  return html`${
    addresses &&
    html`${app.kind === 'proxied' ? siteFields(page, fields.site, problems) : textArea({ name: 'redirectUris', label: words('app.redirects'), hint: words('appForm.redirectsHint'), value: fields.redirectUris, maxLength: 20_000, problem: problems.redirectUris, isCode: true })}
${textArea({ name: 'postLogoutRedirectUris', label: words('app.afterSignOut'), hint: words('appForm.afterSignOutHint'), value: fields.postLogoutRedirectUris, rows: 2, maxLength: 20_000, problem: problems.postLogoutRedirectUris, isCode: true })}`
  }
${app.kind === 'web' && textField({ name: 'backchannelLogoutUri', label: words('app.backchannel'), hint: words('appForm.backchannelHint'), type: 'url', value: fields.backchannelLogoutUri, maxLength: 2000, problem: problems.backchannelLogoutUri })}
${textField({ name: 'logoUri', label: words('appForm.logo'), hint: words('appForm.logoHint'), type: 'url', value: fields.logoUri, maxLength: 2000, problem: problems.logoUri })}
${choices({
  kind: 'radio',
  name: 'consent',
  label: words('app.consent'),
  chosen: [fields.consent],
  options: [
    { value: 'explicit', label: words('app.consentAsked'), hint: words('appForm.consentAskedHint') },
    { value: 'implicit', label: words('app.consentNever'), hint: words('appForm.consentNeverHint') },
  ],
})}
${
  groups.length > 0 &&
  choices({
    kind: 'checkbox',
    name: 'allowedGroups',
    label: words('app.who'),
    hint: words('appForm.whoHint'),
    chosen: fields.allowedGroups,
    problem: problems.allowedGroups,
    options: groups.map(({ id, name }) => ({ value: id, label: name })),
  })
}`;
}

function inTheBrowser({ words }: ConsoleContext, { fields, problems }: AppFormData): Html {
  const address = fields.frontchannelLogoutUri;
  return html`<details${address !== '' && html` open`}><summary>${words('appForm.frontchannel')}</summary><div class="form-part">${textField({ name: 'frontchannelLogoutUri', label: words('app.frontchannel'), hint: words('appForm.frontchannelHint'), type: 'url', value: address, maxLength: 2000, problem: problems.frontchannelLogoutUri })}
${tick({ name: 'frontchannelSession', label: words('appForm.frontchannelSession'), hint: words('appForm.frontchannelSessionHint'), isOn: fields.isFrameToldSession })}</div></details>`;
}

function tokens(page: ConsoleContext, data: AppFormData): Html {
  const { app, fields, scopes, apiScopes, algorithms, problems } = data;
  const { words } = page;
  const number = (name: 'accessTokenMinutes' | 'refreshTokenDays' | 'sessionHours', label: string) =>
    textField({ name, label, value: fields[name], type: 'number', maxLength: 10, problem: problems[name] });
  return html`${
    app.kind !== 'machine' &&
    html`${choices({ kind: 'checkbox', name: 'scopes', label: words('app.scopes'), chosen: fields.scopes, problem: problems.scopes, options: scopes.map((value) => ({ value, label: value })) })}
${textField({ name: 'claims', label: words('app.claims'), hint: words('appForm.claimsHint'), value: fields.claims, maxLength: 2000, problem: problems.claims })}`
  }
${
  apiScopes.length > 0 &&
  html`<details${fields.apiScopes.length > 0 && html` open`}><summary>${words('app.apiScopes')}</summary>${choices({ kind: 'checkbox', name: 'apiScopes', label: words('appForm.apiScopes'), hint: words('appForm.apiScopesHint'), chosen: fields.apiScopes, problem: problems.apiScopes, options: apiScopes.map(({ value, hint }) => ({ value, label: value, hint })) })}</details>`
}
<details><summary>${words('appForm.more')}</summary><div class="form-part"><p class="hint">${words('appForm.livesHint')}</p><div class="form-grid">${number('accessTokenMinutes', words('appForm.accessToken'))}${app.kind !== 'machine' && html`${number('refreshTokenDays', words('appForm.refreshToken'))}${number('sessionHours', words('appForm.session'))}`}</div>
${selectField({ name: 'idTokenSignedResponseAlg', label: words('appForm.alg'), value: fields.idTokenSignedResponseAlg, options: algorithms.map((value) => ({ value, label: value })), problem: problems.idTokenSignedResponseAlg })}
${app.kind === 'web' && pkceField(page, { hint: 'appForm.pkceHint', value: fields.pkce, problem: problems.pkce })}</div></details>`;
}
