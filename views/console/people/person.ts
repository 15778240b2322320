import { type Html, html } from '../../html.ts';
import { type EventRow, eventList } from '../events.ts';
import { type ConsoleContext, type ConsoleRole, consolePage, type Notice, roleNames } from '../frame.ts';
import { dangerZone } from '../parts/danger.ts';
import { badge, exactDate, type Fact, factList, panel, since } from '../parts/facts.ts';
import { postButton } from '../parts/forms.ts';
import { emptyState } from '../parts/table.ts';
import { type SessionRow, sessionTable } from '../session-table.ts';
import { consoleUrls, withQuery } from '../urls.ts';
import { type PassportData, passports } from './passport.ts';
import { type PersonStatus, personBadges } from './person-facts.ts';

/** A claim of the installation's own. */
export interface Attribute {
  name: string;
  value: string | number | boolean | readonly string[];
}

export interface PersonApp {
  id: string;
  name: string;
  connectedAt: number;
  scopes: readonly string[];
}

export interface PersonData {
  person: {
    id: string;
    /** What apps know them by. */
    sub: string;
    name: string;
    userName: string;
    email?: string;
    emailVerified?: boolean;
    locale?: string;
    role: ConsoleRole;
    status: PersonStatus;
    groups: readonly { id: string; name: string }[];
    /** Apps that they administer. */
    administers: readonly { id: string; name: string }[];
    attributes: readonly Attribute[];
    createdAt: number;
    lastSignInAt?: number;
    revision: number;
  };
  passkeys: readonly PassportData[];
  sessions: readonly SessionRow[];
  apps: readonly PersonApp[];
  /** Newest first; a few. Absent for who may not read them. */
  events?: readonly EventRow[];
  /** What the operator may do here. Absent where they may not. */
  may: {
    change: boolean;
    disable: boolean;
    recover: boolean;
    remove: boolean;
    endSessions: boolean;
  };
  /** What ends when the person is disabled. */
  ends: { sessions: number; apps: number };
  notice?: Notice;
}

export function personPage(page: ConsoleContext, data: PersonData): Html {
  const { words } = page;
  const { person, may } = data;
  return consolePage(page, {
    section: 'people',
    crumbs: [],
    heading: html`<bdi>${person.name}</bdi>`,
    title: person.name,
    lead: html`<bdi>${person.userName}</bdi> ${personBadges(page, person)}`,
    notice: data.notice,
    ...(may.change && {
      actions: html`<a class="button" href="${consoleUrls.person(person.id, 'edit')}">${words('action.edit')}</a>`,
    }),
    content: html`<div class="columns"><div>${profilePanel(page, data)}</div><div>${passkeysPanel(page, data)}</div></div>
${sessionsPanel(page, data)}
<div class="columns"><div>${appsPanel(page, data)}</div><div>${data.events && eventsPanel(page, data.person.id, data.events)}</div></div>
${dangers(page, data)}`,
  });
}

function profilePanel(page: ConsoleContext, { person }: PersonData): Html {
  const { words } = page;
  const facts: (Fact | undefined | false)[] = [
    { label: words('people.email'), value: emailOf(page, person) },
    { label: words('people.role'), value: words(roleNames[person.role]) },
    person.administers.length > 0 && {
      label: words('person.administers'),
      value: person.administers.map(
        ({ id, name }, index) =>
          html`${index > 0 && ', '}<a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>`,
      ),
    },
    {
      label: words('console.groups'),
      value:
        person.groups.length > 0
          ? person.groups.map(
              ({ id, name }, index) =>
                html`${index > 0 && ', '}<a href="${consoleUrls.group(id)}"><bdi>${name}</bdi></a>`,
            )
          : words('person.noGroups'),
    },
    ...person.attributes.map(({ name, value }) => ({ label: name, value: attributeText(page, value) })),
    { label: words('person.created'), value: exactDate(page, person.createdAt) },
    { label: words('people.lastSignIn'), value: since(page, person.lastSignInAt, words('people.never')) },
    { label: words('person.sub'), value: html`<code class="plain">${person.sub}</code>` },
    { label: words('person.id'), value: html`<code class="plain">${person.id}</code>` },
  ];
  return panel({ id: 'profile', heading: words('person.profile'), content: factList(facts) });
}

function emailOf({ words }: ConsoleContext, { email, emailVerified }: PersonData['person']): Html | string {
  if (!email) return words('person.noEmail');
  return html`<bdi>${email}</bdi> ${emailVerified ? badge(words('person.emailVerified'), 'good') : badge(words('person.emailUnverified'))}`;
}

function attributeText({ words }: ConsoleContext, value: Attribute['value']): string {
  if (typeof value === 'boolean') return words(value ? 'console.yes' : 'console.no');
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function passkeysPanel(page: ConsoleContext, { person, passkeys }: PersonData): Html {
  const { words } = page;
  return panel({
    id: 'passkeys',
    heading: words('person.passkeys'),
    content:
      passkeys.length > 0
        ? passports(page, { personId: person.id, passkeys })
        : emptyState({ heading: words('person.noPasskeys'), text: words('person.noPasskeysText') }),
  });
}

function sessionsPanel(page: ConsoleContext, { person, sessions, may }: PersonData): Html {
  const { words } = page;
  return panel({
    id: 'sessions',
    heading: words('person.sessions'),
    actions:
      may.endSessions &&
      sessions.length > 0 &&
      postButton({ action: consoleUrls.person(person.id, 'end-sessions'), label: words('person.endAll') }),
    content:
      sessions.length > 0
        ? sessionTable(page, {
            sessions,
            mayEnd: may.endSessions,
            without: ['person'],
            back: consoleUrls.person(person.id),
          })
        : html`<p class="hint">${words('person.noSessions')}</p>`,
  });
}

function appsPanel(page: ConsoleContext, { person, apps, may }: PersonData): Html {
  const { words } = page;
  return panel({
    id: 'apps',
    heading: words('person.apps'),
    content:
      apps.length > 0
        ? html`<ul class="plain-list">${apps.map(
            ({ id, name, connectedAt, scopes }) =>
              html`<li><span><a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a><small>${words.rich('person.connected', { when: since(page, connectedAt, '') })} · ${scopes.join(', ')}</small></span>${
                may.endSessions &&
                postButton({
                  action: consoleUrls.person(person.id, 'disconnect'),
                  label: words('apps.disconnect'),
                  fields: { app: id },
                  about: name,
                  kind: 'small quiet',
                })
              }</li>`,
          )}</ul>`
        : html`<p class="hint">${words('person.noApps')}</p>`,
  });
}

function eventsPanel(page: ConsoleContext, person: string, events: readonly EventRow[]): Html {
  const { words } = page;
  return panel({
    id: 'events',
    heading: words('person.events'),
    content: html`${eventList(page, events)}${
      page.operator.sections.includes('audit') &&
      html`<p class="more"><a href="${withQuery(consoleUrls.audit, { person })}">${words('person.allEvents')}</a></p>`
    }`,
  });
}

function dangers(page: ConsoleContext, { person, may, ends }: PersonData): Html | undefined {
  const { words } = page;
  const { revision } = person;
  const isActive = person.status === 'active';
  const to = (act: string) => consoleUrls.person(person.id, act);
  return dangerZone(page, [
    may.recover &&
      isActive && {
        heading: words('person.recover'),
        text: words('person.recoverText'),
        act: { action: to('recover'), button: words('person.recoverButton'), isMild: true },
      },
    may.disable &&
      isActive && {
        heading: words('person.disable'),
        text: html`${words('person.disableText')} ${words('ends.text', ends)}`,
        act: { action: to('disable'), button: words('person.disableButton'), revision },
      },
    may.disable &&
      !isActive && {
        heading: words('person.enable'),
        text: words('person.enableText'),
        act: { action: to('enable'), button: words('person.enableButton'), revision, isMild: true },
      },
    may.remove && {
      heading: words('person.remove'),
      text: words('person.removeText'),
      act: { url: to('remove'), label: words('person.removeGo') },
    },
  ]);
}
