import { type Html, html } from '../../html.ts';
import { describeDevice } from '../../parts/device.ts';
import { appLink, type EventRow, eventList } from '../events.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { dangerZone } from '../parts/danger.ts';
import { badge, count, exactDate, exactTime, factList, panel, since } from '../parts/facts.ts';
import { postButton } from '../parts/forms.ts';
import { dataTable } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';
import { type PassportData, passkeyBadges, placeOf } from './passport.ts';

/** A sign-in that it signed. */
export interface Signed {
  id: string;
  at: number;
  /** That it let in, with this sign-in or later on. */
  apps: readonly { id: string; name: string }[];
  device?: string;
  address?: string;
}

/** All that is known of one passkey. */
export interface PasskeyPassport extends PassportData {
  aaguid: string;
  /** What its attestation was verified to. */
  attestation: {
    /** Such as `packed`; `none` where the authenticator showed nothing. */
    format: string;
    /** Verified up to a root that is trusted. */
    isVerified: boolean;
    /** Whom the certificate is of, or what failed. */
    detail?: string;
  };
  flags: { userVerified: boolean; backupEligible?: boolean; backedUp: boolean; backedUpChangedAt?: number };
  certification?: string;
  keyProtection?: readonly string[];
  /** COSE algorithm by name, such as `ES256`. */
  algorithm: string;
  transports: readonly string[];
  rpId: string;
  origin: string;
  /** Signature counter; 0 where it keeps none. */
  counter: number;
}

export interface PasskeyPageData {
  person: { id: string; name: string };
  passkey: PasskeyPassport;
  /** Newest first; a few. */
  signed: readonly Signed[];
  /** Absent for who may not read them. */
  events?: readonly EventRow[];
  /** What ends with it. */
  ends: { sessions: number; apps: number };
  may: { confirm: boolean; suspend: boolean; remove: boolean };
  notice?: Notice;
}

export function passkeyPage(page: ConsoleContext, data: PasskeyPageData): Html {
  const { words } = page;
  const { person, passkey, may } = data;
  const to = (act: string) => consoleUrls.person(person.id, 'passkeys', passkey.id, act);
  return consolePage(page, {
    section: 'people',
    crumbs: [{ label: person.name, url: consoleUrls.person(person.id) }],
    heading: html`<bdi>${passkey.name}</bdi>`,
    title: `${passkey.name}, ${person.name}`,
    lead: html`${words('passport.lead')} ${passkeyBadges(page, passkey)}`,
    notice: data.notice,
    actions:
      may.confirm && passkey.assurance === 'unconfirmed'
        ? postButton({ action: to('confirm'), label: words('passport.confirm'), kind: 'primary' })
        : undefined,
    content: html`<div class="columns"><div>${identity(page, passkey)}</div><div>${state(page, passkey)}</div></div>
${signedPanel(page, data)}
${data.events && panel({ id: 'history', heading: words('passport.history'), content: eventList(page, data.events) })}
${dangers(page, data, to)}`,
  });
}

function identity(page: ConsoleContext, passkey: PasskeyPassport): Html {
  const { words } = page;
  const { attestation } = passkey;
  return panel({
    id: 'model',
    heading: words('passport.authenticator'),
    content: factList([
      {
        label: words('passport.model'),
        value: html`<a href="${consoleUrls.model(passkey.aaguid)}"><bdi>${passkey.model ?? words('passport.modelUnknown')}</bdi></a>`,
      },
      { label: words('passport.aaguid'), value: html`<code class="plain">${passkey.aaguid}</code>` },
      {
        label: words('passport.attestation'),
        value: html`${attestation.isVerified ? badge(words('passport.verified'), 'good') : badge(words('passport.notVerified'))} <code class="plain">${attestation.format}</code>${attestation.detail && html`<br>${attestation.detail}`}`,
      },
      { label: words('passport.certification'), value: passkey.certification },
      { label: words('passport.keyProtection'), value: passkey.keyProtection?.join(', ') },
      { label: words('passport.kept'), value: placeOf(page, passkey) },
      { label: words('passport.transports'), value: passkey.transports.join(', ') },
      { label: words('passport.algorithm'), value: passkey.algorithm },
    ]),
  });
}

function state(page: ConsoleContext, passkey: PasskeyPassport): Html {
  const { words } = page;
  const { flags } = passkey;
  const yes = (is: boolean | undefined) =>
    is === undefined ? words('passport.unknown') : words(is ? 'console.yes' : 'console.no');
  return panel({
    id: 'state',
    heading: words('passport.state'),
    content: factList([
      { label: words('person.created'), value: exactDate(page, passkey.createdAt) },
      {
        label: words('passport.lastUsed'),
        value: since(page, passkey.lastUsedAt, words('passkey.neverUsed')),
      },
      { label: words('passport.userVerified'), value: yes(flags.userVerified) },
      { label: words('passport.backupEligible'), value: yes(flags.backupEligible) },
      {
        label: words('passport.backedUp'),
        value: html`${yes(flags.backedUp)}${flags.backedUpChangedAt !== undefined && html` (${words.rich('passport.changed', { when: since(page, flags.backedUpChangedAt, '') })})`}`,
      },
      { label: words('passport.counter'), value: count(page, passkey.counter) },
      passkey.counterAlertAt !== undefined && {
        label: words('passport.copy'),
        value: exactTime(page, passkey.counterAlertAt),
      },
      { label: words('passport.rpId'), value: html`<bdi>${passkey.rpId}</bdi>` },
      { label: words('passport.origin'), value: html`<bdi>${passkey.origin}</bdi>` },
      { label: words('passport.id'), value: html`<code class="plain">${passkey.id}</code>` },
    ]),
  });
}

function signedPanel(page: ConsoleContext, { signed }: PasskeyPageData): Html {
  const { words } = page;
  return panel({
    id: 'signed',
    heading: words('passport.signed'),
    content: dataTable<Signed>({
      caption: words('passport.signed'),
      rows: signed,
      empty: html`<p class="hint">${words('passport.signedNothing')}</p>`,
      columns: [
        { label: words('passport.when'), cell: ({ at }) => exactTime(page, at) },
        {
          label: words('console.apps'),
          cell: ({ apps }) =>
            apps.length > 0
              ? apps.map((app, index) => html`${index > 0 && ', '}${appLink(app)}`)
              : words('passport.ownAccount'),
        },
        { label: words('sessionList.browser'), cell: ({ device }) => describeDevice(words, device) },
        {
          label: words('sessionList.address'),
          cell: ({ address }) => address && html`<bdi>${address}</bdi>`,
        },
        { label: words('passport.signIn'), cell: ({ id }) => html`<code class="plain">${id}</code>` },
      ],
    }),
  });
}

function dangers(
  page: ConsoleContext,
  { passkey, ends, may }: PasskeyPageData,
  to: (act: string) => string,
): Html | undefined {
  const { words } = page;
  return dangerZone(page, [
    may.suspend &&
      passkey.status === 'active' && {
        heading: words('passport.suspend'),
        text: html`${words('passport.suspendText')} ${words('ends.text', ends)}`,
        act: { action: to('suspend'), button: words('passport.suspendButton') },
      },
    may.suspend &&
      passkey.status === 'suspended' && {
        heading: words('passport.restore'),
        text: words('passport.restoreText'),
        act: { action: to('restore'), button: words('passport.restoreButton'), isMild: true },
      },
    may.remove && {
      heading: words('passport.remove'),
      text: html`${words('passport.removeText')} ${words('ends.text', ends)}`,
      act: { action: to('remove'), button: words('remove.button') },
    },
  ]);
}
