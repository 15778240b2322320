import { type Html, html } from '../html.ts';
import { describeDevice } from '../parts/device.ts';
import { appLink } from './events.ts';
import type { ConsoleContext } from './frame.ts';
import { badge, list, since } from './parts/facts.ts';
import { postButton } from './parts/forms.ts';
import { type Column, dataTable } from './parts/table.ts';
import { personLink } from './people/person-facts.ts';
import { consoleUrls } from './urls.ts';

/** A session of a browser, with the passkey that signed it. */
export interface SessionRow {
  uid: string;
  person?: { id: string; name: string };
  /** User-Agent header of its browser. */
  device?: string;
  address?: string;
  signedInAt: number;
  lastUsedAt?: number;
  passkey?: { id: string; name: string };
  /** Signed in to in it. */
  apps: readonly { id: string; name: string }[];
  /** Of whoever looks at it. */
  current?: boolean;
}

interface SessionTable {
  sessions: readonly SessionRow[];
  mayEnd: boolean;
  /** What every row would say again. */
  without?: readonly ('person' | 'passkey')[];
  /** Where ending one leads back to. */
  back: string;
}

export function sessionTable(
  page: ConsoleContext,
  { sessions, mayEnd, without = [], back }: SessionTable,
): Html {
  const { words } = page;
  const columns: (Column<SessionRow> | false)[] = [
    { label: words('sessionList.browser'), cell: (session) => browser(page, session) },
    !without.includes('person') && {
      label: words('sessionList.person'),
      cell: ({ person }) => person && personLink(person),
    },
    {
      label: words('sessionList.signedIn'),
      kind: 'time',
      cell: ({ signedInAt }) => since(page, signedInAt, ''),
    },
    !without.includes('passkey') && {
      label: words('sessionList.passkey'),
      cell: (session) => passkeyOf(session),
    },
    sessions.some(({ apps }) => apps.length > 0) && {
      label: words('sessionList.apps'),
      cell: ({ apps }) => apps.map((app, index) => html`${index > 0 && ', '}${appLink(app)}`),
    },
    mayEnd && {
      label: words('sessionList.end'),
      kind: 'actions',
      quiet: true,
      cell: (session) =>
        postButton({
          action: consoleUrls.endSession,
          label: words('sessions.end'),
          about: list(page.locale, [
            describeDevice(words, session.device),
            ...(session.person ? [session.person.name] : []),
          ]),
          fields: { uid: session.uid, back, ...(session.person && { person: session.person.id }) },
          kind: 'small',
        }),
    },
  ];
  return dataTable<SessionRow>({
    caption: words('console.sessions'),
    rows: sessions,
    columns: columns.filter((column): column is Column<SessionRow> => Boolean(column)),
  });
}

function browser({ words }: ConsoleContext, { device, address, current }: SessionRow): Html {
  return html`${describeDevice(words, device)} ${current && badge(words('sessions.current'), 'good')}${address && html`<small><bdi>${address}</bdi></small>`}`;
}

function passkeyOf({ passkey, person }: SessionRow): Html | undefined {
  if (!passkey) return undefined;
  return person
    ? html`<a href="${consoleUrls.person(person.id, 'passkeys', passkey.id)}"><bdi>${passkey.name}</bdi></a>`
    : html`<bdi>${passkey.name}</bdi>`;
}
