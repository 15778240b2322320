import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { dangerZone } from '../parts/danger.ts';
import { exactDate, factList, panel } from '../parts/facts.ts';
import { consoleUrls } from '../urls.ts';
import { type AppErrorRow, type AppSignIn, errorsPanel, signInsPanel } from './activity.ts';
import { type AppApiRow, apisPanel } from './api-panel.ts';
import { type AppKind, kindNames } from './app-facts.ts';
import { type AppSecretRow, credentialsPanel } from './credentials.ts';
import { type ExchangeData, exchangePanel } from './exchange-panel.ts';
import { type Guide, guidesPanel } from './guides.ts';
import { type Pkce, pkceWords } from './pkce.ts';

/** In words; or what is encrypted for it. */
export type SecurityFact = MessageKey | { encrypted: MessageKey };

export interface AppDetails {
  /** The `client_id`. */
  id: string;
  name: string;
  kind: AppKind;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  backchannelLogoutUri?: string;
  frontchannelLogoutUri?: string;
  initiateLoginUri?: string;
  /** Seconds. */
  defaultMaxAge?: number;
  ciba?: { deliveryMode: 'poll' | 'ping'; notificationEndpoint?: string };
  /** Of a site behind a gateway. */
  forwardAuth?: {
    origins: readonly string[];
    openPaths?: readonly string[];
    acr?: string;
    remoteUser?: string;
  };
  secrets: readonly AppSecretRow[];
  /** Whether it has a secret at all. */
  tokenEndpointAuthMethod: string;
  /** Whose certificate it shows: one name of it. */
  clientCertificate?: Readonly<Record<string, string>>;
  grantTypes: readonly string[];
  scopes: readonly string[];
  /** Of our own API. */
  apiScopes: readonly string[];
  claims: readonly string[];
  consent: 'explicit' | 'implicit';
  pkce: Pkce;
  idTokenSignedResponseAlg: string;
  /** The host of its sector, where it knows people by pairwise subs. */
  sector?: string;
  /** What it does more carefully than it must. */
  security: readonly SecurityFact[];
  /** Seconds; absent where the installation's hold. */
  lifetimes: { accessToken?: number; refreshToken?: number; session?: number };
  /** Only their people may use it; everybody where there is none. */
  allowedGroups: readonly { id: string; name: string }[];
  hasRule: boolean;
  logoUrl?: string;
  createdAt: number;
  revision: number;
  isBuiltin?: boolean;
  isRegistered?: boolean;
}

export interface AppData {
  app: AppDetails;
  /** Made just now: shown this once. */
  newSecret?: string;
  /** Where its settings are discovered. */
  discoveryUrl: string;
  guides: readonly Guide[];
  signIns: readonly AppSignIn[];
  errors: readonly AppErrorRow[];
  /** Absent where they are not the caller's to see. */
  apis?: readonly AppApiRow[];
  /** Of an app that can prove who acts. */
  exchange?: ExchangeData;
  /** How many sessions and refresh tokens end with it. */
  ends: { sessions: number; people?: number };
  may: { change: boolean };
  notice?: Notice;
}

export function appPage(page: ConsoleContext, data: AppData): Html {
  const { words } = page;
  const { app, may } = data;
  const mayTry = may.change && app.kind !== 'machine' && app.kind !== 'device' && !app.isBuiltin;
  return consolePage(page, {
    section: 'apps',
    crumbs: [],
    heading: html`<bdi>${app.name}</bdi>`,
    title: app.name,
    lead: words(kindNames[app.kind]),
    notice: data.notice,
    actions: html`${mayTry && html`<a class="button primary" href="${consoleUrls.app(app.id, 'try')}">${words('app.try')}</a>`}${
      may.change &&
      !app.isBuiltin &&
      html`<a class="button" href="${consoleUrls.app(app.id, 'edit')}">${words('action.edit')}</a>`
    }`,
    content: html`${errorsPanel(page, data)}
<div class="columns"><div>${credentialsPanel(page, data)}</div><div>${settingsPanel(page, data)}</div></div>
${data.apis && app.kind !== 'proxied' && !app.isBuiltin && apisPanel(page, data.apis)}
${data.exchange && !app.isBuiltin && exchangePanel(page, { app, may, exchange: data.exchange })}
${guidesPanel(page, data.guides)}
${app.kind !== 'machine' && signInsPanel(page, data.signIns)}
${
  may.change &&
  !app.isBuiltin &&
  dangerZone(page, [
    {
      heading: words('app.remove'),
      text: words('app.removeText'),
      act: {
        action: consoleUrls.app(app.id, 'remove'),
        button: words('app.removeButton'),
        revision: app.revision,
      },
    },
  ])
}`,
  });
}

function settingsPanel(page: ConsoleContext, { app }: AppData): Html {
  const { words, operator } = page;
  const codes = (values: readonly string[]) =>
    html`<ul>${values.map((value) => html`<li><code class="plain">${value}</code></li>`)}</ul>`;
  const forPeople = app.kind !== 'machine';
  const some = (values: readonly string[]) => values.length > 0 && codes(values);
  const facts: [label: Parameters<typeof words>[0], value: Html | string | false | undefined][] = [
    ['site.origins', app.forwardAuth && codes(app.forwardAuth.origins)],
    ['site.openPaths', some(app.forwardAuth?.openPaths ?? [])],
    ['site.acr', app.forwardAuth?.acr],
    ['site.remoteUser', app.forwardAuth?.remoteUser],
    ['app.redirects', !app.forwardAuth && some(app.redirectUris)],
    ['app.origin', app.isRegistered && words('app.originDynamic')],
    ['app.afterSignOut', some(app.postLogoutRedirectUris)],
    ['app.initiates', app.initiateLoginUri && codes([app.initiateLoginUri])],
    ['app.maxAge', maxAge(page, app)],
    ['app.backchannel', app.backchannelLogoutUri && codes([app.backchannelLogoutUri])],
    ['app.frontchannel', app.frontchannelLogoutUri && codes([app.frontchannelLogoutUri])],
    [
      'app.ciba',
      app.ciba && words(app.ciba.deliveryMode === 'ping' ? 'appForm.cibaPing' : 'appForm.cibaPoll'),
    ],
    ['app.who', whoMayUse(page, app)],
    ['app.consent', forPeople && words(app.consent === 'implicit' ? 'app.consentNever' : 'app.consentAsked')],
    ['app.scopes', app.scopes.join(', ')],
    ['app.apiScopes', app.apiScopes.join(', ') || (!forPeople && words('app.apiScopesNone'))],
    ['app.claims', app.claims.join(', ')],
    ['app.security', securityFacts(page, app)],
    ['app.subjects', app.sector && words('subjects.ofSector', { sector: app.sector })],
    ['app.lives', lifetimes(page, app)],
    [
      'app.signs',
      forPeople && !app.forwardAuth && `${app.idTokenSignedResponseAlg}, PKCE ${words(pkceWords[app.pkce])}`,
    ],
  ];
  return panel({
    id: 'settings',
    heading: words('app.settings'),
    content: factList([
      ...facts.map(([label, value]) => ({ label: words(label), value: value || undefined })),
      {
        label: words('groups.rule'),
        value: forPeople
          ? html`${words(app.hasRule ? 'groups.hasRule' : 'groups.noRule')}${operator.sections.includes('policies') && html` · <a href="${consoleUrls.policy(`app:${app.id}`)}">${words('groups.showRule')}</a>`}`
          : undefined,
      },
      { label: words('person.created'), value: app.createdAt > 0 && exactDate(page, app.createdAt) },
    ]),
  });
}

function securityFacts({ words }: ConsoleContext, { security }: AppDetails): Html | false {
  const told = security.map((fact) =>
    typeof fact === 'string' ? words(fact) : words('security.isEncrypted', { what: words(fact.encrypted) }),
  );
  return told.length > 0 && html`<ul>${told.map((each) => html`<li>${each}</li>`)}</ul>`;
}

function whoMayUse(
  { words }: ConsoleContext,
  { allowedGroups, kind }: AppDetails,
): Html | string | undefined {
  if (kind === 'machine') return undefined;
  if (allowedGroups.length === 0) return words('app.everybody');
  return html`${allowedGroups.map(({ id, name }, index) => html`${index > 0 && ', '}<a href="${consoleUrls.group(id)}"><bdi>${name}</bdi></a>`)}`;
}

function lifetimes({ words, locale }: ConsoleContext, { lifetimes: lives }: AppDetails): string | undefined {
  const given = [
    ['app.accessToken', lives.accessToken] as const,
    ['app.refreshToken', lives.refreshToken] as const,
    ['app.session', lives.session] as const,
  ].filter(([, seconds]) => seconds !== undefined);
  if (given.length === 0) return undefined;
  return given.map(([key, seconds]) => `${words(key)}: ${duration(locale, seconds ?? 0)}`).join(', ');
}

function maxAge(
  { words, locale }: ConsoleContext,
  { defaultMaxAge: seconds }: AppDetails,
): string | undefined {
  if (seconds === undefined) return undefined;
  return seconds === 0 ? words('app.maxAgeOnce') : duration(locale, seconds);
}

/** The largest unit in which it is whole. */
export function duration(locale: string, seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? ['second', 1];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size);
}
