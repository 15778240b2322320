import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import { kinds } from '../apps/app-facts.ts';
import { type Pkce, pkceField, pkceWords } from '../apps/pkce.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { copyField, exactDate, panel } from '../parts/facts.ts';
import {
  choices,
  type FieldProblems,
  postButton,
  postForm,
  textArea,
  textField,
  tick,
} from '../parts/forms.ts';
import { dataTable } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';

export interface RegistrationTokenRow {
  id: string;
  name: string;
  policy: {
    kinds: readonly string[];
    scopes: readonly string[];
    redirectHosts?: readonly string[];
    /** Required where nothing is said. */
    pkce?: Pkce;
    grantTypes?: readonly string[];
  };
  usesLeft: number;
  expiresAt: number;
}

export interface RegistrationData {
  tokens: readonly RegistrationTokenRow[];
  /** Made just now: shown this once. */
  newToken?: string;
  fields: {
    name: string;
    kinds: readonly string[];
    scopes: readonly string[];
    redirectHosts: string;
    outboundHosts: string;
    pkce: string;
    /** They may ask for people by themselves. */
    isCibaAllowed: boolean;
    uses: string;
    hours: string;
  };
  /** That the operator may give. */
  scopes: readonly string[];
  mayChange: boolean;
  problems: FieldProblems;
  notice?: Notice;
}

/** What lets apps register by themselves. */
export function registrationPage(page: ConsoleContext, data: RegistrationData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'apps',
    crumbs: [],
    heading: words('registration.heading'),
    lead: words('registration.lead'),
    notice: data.notice,
    content: html`${
      data.newToken !== undefined &&
      panel({
        id: 'new-token',
        heading: words('registration.once'),
        content: html`<div class="notice success">${copyField(page, { id: 'registration-token', label: words('registration.token'), value: data.newToken })}<p>${words('registration.onceHint')}</p></div>`,
      })
    }
${table(page, data)}
${data.mayChange && panel({ id: 'new', heading: words('registration.new'), content: newForm(page, data) })}`,
  });
}

function table(page: ConsoleContext, { tokens, mayChange }: RegistrationData): Html {
  const { words } = page;
  return dataTable<RegistrationTokenRow>({
    caption: words('registration.heading'),
    rows: tokens,
    empty: html`<p class="hint">${words('registration.none')}</p>`,
    columns: [
      { label: words('registration.name'), cell: ({ name }) => html`<bdi>${name}</bdi>` },
      { label: words('registration.uses'), cell: ({ usesLeft }) => String(usesLeft) },
      { label: words('app.scopes'), cell: ({ policy }) => whatFor(policy) },
      {
        label: words('registration.hosts'),
        cell: ({ policy }) => policy.redirectHosts?.join(', ') ?? words('registration.anyHost'),
      },
      { label: 'PKCE', cell: ({ policy: { pkce = 'required' } }) => words(pkceWords[pkce]) },
      { label: words('registration.until'), cell: ({ expiresAt }) => exactDate(page, expiresAt) },
      ...(mayChange
        ? [
            {
              label: words('registration.remove'),
              kind: 'actions' as const,
              quiet: true,
              cell: ({ id, name }: RegistrationTokenRow) =>
                postButton({
                  action: consoleUrls.removeRegistrationToken,
                  label: words('registration.remove'),
                  about: name,
                  fields: { token: id },
                }),
            },
          ]
        : []),
    ],
  });
}

const whatFor = ({ scopes, grantTypes = [] }: RegistrationTokenRow['policy']): string =>
  [...scopes, ...(grantTypes.length > 0 ? ['CIBA'] : [])].join(', ');

function newForm(page: ConsoleContext, { fields, scopes, problems }: RegistrationData): Html {
  const { words } = page;
  const hosts = (name: 'redirectHosts' | 'outboundHosts', label: MessageKey, hint: MessageKey) =>
    textArea({
      ...{ name, label: words(label), hint: words(hint), value: fields[name], rows: 2 },
      ...{ maxLength: 5000, problem: problems[name], isCode: true },
    });
  const number = (name: 'uses' | 'hours', label: MessageKey) =>
    textField({
      ...{ name, label: words(label), value: fields[name], type: 'number' as const },
      ...{ required: true, maxLength: 6, problem: problems[name] },
    });
  return postForm({
    action: consoleUrls.registration,
    submit: words('registration.add'),
    kind: 'primary',
    content: html`${textField({ name: 'name', label: words('registration.name'), hint: words('registration.nameHint'), value: fields.name, required: true, maxLength: 100, problem: problems.name })}
<div class="form-grid">${number('uses', 'registration.uses')}${number('hours', 'registration.hours')}</div>
${choices({ kind: 'checkbox', name: 'kinds', label: words('appList.kind'), chosen: fields.kinds, problem: problems.kinds, options: kinds.filter(({ value }) => value !== 'proxied').map(({ value, label }) => ({ value, label: words(label) })) })}
${choices({ kind: 'checkbox', name: 'scopes', label: words('app.scopes'), chosen: fields.scopes, problem: problems.scopes, options: scopes.map((value) => ({ value, label: value })) })}
${pkceField(page, { hint: 'registration.pkceHint', value: fields.pkce, problem: problems.pkce })}
${tick({ name: 'ciba', label: words('registration.ciba'), hint: words('appForm.cibaHint'), isOn: fields.isCibaAllowed })}
${hosts('redirectHosts', 'registration.hosts', 'registration.hostsHint')}
${hosts('outboundHosts', 'registration.outbound', 'registration.outboundHint')}`,
  });
}
