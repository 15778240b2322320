import { type Html, html } from '../html.ts';
import { appLink } from './events.ts';
import { type ConsoleContext, consolePage, type Notice } from './frame.ts';
import { panel, since } from './parts/facts.ts';
import { type FieldProblems, filterBar, postButton, postForm, textField } from './parts/forms.ts';
import { dataTable, emptyState, type Paging, pager } from './parts/table.ts';
import { personLink } from './people/person-facts.ts';
import { type SessionRow, sessionTable } from './session-table.ts';
import { consoleUrls, withQuery } from './urls.ts';

/** What an app has of a person. */
export interface GrantRow {
  id: string;
  person: { id: string; name: string };
  scopes: readonly string[];
  since: number;
}

export interface SessionsData extends Paging {
  filters: { person?: string; app?: string; passkey?: string };
  /** Of a person or a passkey. */
  sessions?: readonly SessionRow[];
  /** Of an app. */
  grants?: readonly GrantRow[];
  /** That signed them all, by the filter. */
  passkey?: { id: string; name: string; person: { id: string; name: string } };
  /** Whose they are, by the filter. */
  about?: { kind: 'person' | 'app'; id: string; name: string };
  mayEnd: boolean;
  problems: FieldProblems;
  notice?: Notice | undefined;
}

/** Sessions are found by person, app or passkey: nobody reads through those of a million. */
export function sessionsPage(page: ConsoleContext, data: SessionsData): Html {
  const { words } = page;
  const { filters } = data;
  return consolePage(page, {
    section: 'sessions',
    heading: words('console.sessions'),
    notice: data.notice,
    content: html`${filterBar(page, {
      action: consoleUrls.sessions,
      isFiltered: Boolean(filters.person || filters.app || filters.passkey),
      content: html`${textField({ within: 'filter', name: 'person', label: words('sessionList.byPerson'), value: filters.person, maxLength: 254, problem: data.problems.person })}
${textField({ within: 'filter', name: 'app', label: words('sessionList.byApp'), value: filters.app, maxLength: 200, problem: data.problems.app })}
${textField({ within: 'filter', name: 'passkey', label: words('sessionList.byPasskey'), value: filters.passkey, maxLength: 2000, problem: data.problems.passkey })}`,
    })}
${found(page, data)}
${traceForm(page, data.problems)}`,
  });
}

function found(page: ConsoleContext, data: SessionsData): Html {
  const { words } = page;
  const { filters, sessions, grants, mayEnd } = data;
  const back = withQuery(consoleUrls.sessions, { ...filters });
  const rows = sessions ?? grants;
  if (rows === undefined)
    return emptyState({ heading: words('sessionList.ask'), text: words('sessionList.askText') });
  if (rows.length === 0)
    return emptyState({ heading: words('sessionList.none'), text: words('sessionList.noneText') });
  return html`${passkeyLine(page, data.passkey)}${sessions && sessionTable(page, { sessions, mayEnd, back })}${grants && grantTable(page, { grants, mayEnd, back })}
${pager(page, { url: consoleUrls.sessions, query: { ...filters }, paging: data })}
${mayEnd && endAll(page, data, back)}`;
}

function passkeyLine({ words }: ConsoleContext, passkey: SessionsData['passkey']): Html | undefined {
  if (!passkey) return undefined;
  const { id, name, person } = passkey;
  const link = html`<a href="${consoleUrls.person(person.id, 'passkeys', id)}"><bdi>${name}</bdi></a>`;
  return html`<p>${words.rich('sessionList.ofPasskey', { passkey: link, person: personLink(person) })}</p>`;
}

function endAll({ words }: ConsoleContext, { about }: SessionsData, back: string): Html | undefined {
  if (!about) return undefined;
  return html`<details class="panel"><summary>${words('sessionList.endAll', { name: about.name })}</summary><div class="danger-body"><p>${words(about.kind === 'app' ? 'sessionList.endAllOfApp' : 'sessionList.endAllOfPerson')}</p>
${postForm({
  action: consoleUrls.endSession,
  submit: words('sessionList.endAllButton'),
  kind: 'danger',
  content: html`<input type="hidden" name="all" value="${about.kind}"><input type="hidden" name="id" value="${about.id}"><input type="hidden" name="back" value="${back}">`,
})}</div></details>`;
}

function grantTable(
  page: ConsoleContext,
  { grants, mayEnd, back }: { grants: readonly GrantRow[]; mayEnd: boolean; back: string },
): Html {
  const { words } = page;
  return dataTable<GrantRow>({
    caption: words('console.sessions'),
    rows: grants,
    columns: [
      { label: words('sessionList.person'), cell: ({ person }) => personLink(person) },
      { label: words('sessionList.since'), kind: 'time', cell: ({ since: at }) => since(page, at, '') },
      { label: words('app.scopes'), cell: ({ scopes }) => scopes.join(', ') },
      ...(mayEnd
        ? [
            {
              label: words('sessionList.end'),
              kind: 'actions' as const,
              quiet: true,
              cell: ({ id, person }: GrantRow) =>
                postButton({
                  action: consoleUrls.endSession,
                  label: words('apps.disconnect'),
                  about: person.name,
                  fields: { grant: id, person: person.id, back },
                }),
            },
          ]
        : []),
    ],
  });
}

function traceForm({ words }: ConsoleContext, problems: FieldProblems): Html {
  return panel({
    id: 'trace',
    heading: words('trace.heading'),
    content: html`<p class="hint">${words('trace.text')}</p>${postForm({
      action: consoleUrls.trace,
      submit: words('trace.button'),
      content: textField({
        within: 'trace',
        name: 'value',
        label: words('trace.value'),
        maxLength: 4000,
        required: true,
        problem: problems.value,
      }),
    })}`,
  });
}

export interface TraceData {
  kind: 'sign-in' | 'session' | 'grant' | 'access token' | 'refresh token' | 'ID token' | 'code';
  app?: { id: string; name: string };
  person?: { id: string; name: string };
  /** The latest first. */
  signIns: readonly {
    id: string;
    at: number;
    passkey: { id: string; name?: string };
    app?: { id: string; name: string };
  }[];
}

const kindWords = {
  'sign-in': 'trace.signIn',
  session: 'trace.session',
  grant: 'trace.grant',
  'access token': 'trace.accessToken',
  'refresh token': 'trace.refreshToken',
  'ID token': 'trace.idToken',
  code: 'trace.code',
} as const;

/** Which passkey is behind something: the answer to "who was that?". */
export function tracePage(page: ConsoleContext, { kind, app, person, signIns }: TraceData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'sessions',
    crumbs: [],
    heading: words('trace.found'),
    lead: html`${words(kindWords[kind])}${person && html` · ${personLink(person)}`}${app && html` · ${appLink(app)}`}`,
    content: dataTable({
      caption: words('trace.found'),
      rows: signIns,
      empty: emptyState({
        heading: words('trace.nobody'),
        text: words(person ? 'trace.gone' : 'trace.nobodyText'),
      }),
      columns: [
        {
          label: words('sessionList.passkey'),
          cell: ({ passkey }) =>
            person
              ? html`<a href="${consoleUrls.person(person.id, 'passkeys', passkey.id)}"><bdi>${passkey.name ?? words('app.passkeyGone')}</bdi></a>`
              : html`<code class="plain">${passkey.id}</code>`,
        },
        { label: words('passport.when'), kind: 'time', cell: ({ at }) => since(page, at, '') },
        {
          label: words('passport.app'),
          cell: ({ app: used }) => (used ? appLink(used) : words('passport.ownAccount')),
        },
        { label: words('passport.signIn'), cell: ({ id }) => html`<code class="plain">${id}</code>` },
      ],
    }),
  });
}
