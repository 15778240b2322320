import { type Html, html } from '../../html.ts';
import { describeDevice } from '../../parts/device.ts';
import type { ConsoleContext } from '../frame.ts';
import { panel, since } from '../parts/facts.ts';
import { postButton } from '../parts/forms.ts';
import { dataTable } from '../parts/table.ts';
import { personLink } from '../people/person-facts.ts';
import { consoleUrls } from '../urls.ts';
import type { AppData } from './app.ts';

export interface AppSignIn {
  id: string;
  at: number;
  person: { id: string; name?: string };
  passkey?: { id: string; name?: string };
  device?: string;
}

/** Something that the app did and that was refused, as often as it happened lately. */
export interface AppErrorRow {
  /** What is wrong, in a sentence. */
  sentence: string;
  /** As the app was told. */
  code: string;
  at: number;
  times: number;
  /** A redirect address that would mend it. */
  add?: string;
}

/** What went wrong lately comes first on the page: it is why one is here. */
export function errorsPanel(page: ConsoleContext, { app, errors, may }: AppData): Html | undefined {
  const { words } = page;
  if (errors.length === 0) return undefined;
  return panel({
    id: 'errors',
    heading: words('app.errors'),
    content: html`<ul class="plain-list">${errors.map(
      ({ sentence, code, at, times, add }) => html`<li class="app-error"><div><p>${sentence}</p>
<small>${words.rich('appError.when', { times, when: since(page, at, '') })} · <code class="plain">${code}</code></small></div>${
        may.change &&
        add !== undefined &&
        postButton({
          action: consoleUrls.app(app.id, 'add-redirect'),
          label: words('appError.add'),
          fields: { uri: add, revision: String(app.revision) },
          about: add,
          kind: 'primary small',
        })
      }</li>`,
    )}</ul>`,
  });
}

export function signInsPanel(page: ConsoleContext, signIns: readonly AppSignIn[]): Html {
  const { words } = page;
  return panel({
    id: 'sign-ins',
    heading: words('app.signIns'),
    content: dataTable<AppSignIn>({
      caption: words('app.signIns'),
      rows: signIns,
      empty: html`<p class="hint">${words('app.noSignIns')}</p>`,
      columns: [
        { label: words('sessionList.person'), cell: ({ person }) => personLink(person) },
        { label: words('passport.when'), cell: ({ at }) => since(page, at, '') },
        {
          label: words('sessionList.passkey'),
          cell: ({ passkey, person }) =>
            passkey &&
            html`<a href="${consoleUrls.person(person.id, 'passkeys', passkey.id)}"><bdi>${passkey.name ?? words('app.passkeyGone')}</bdi></a>`,
        },
        { label: words('sessionList.browser'), cell: ({ device }) => describeDevice(words, device) },
      ],
    }),
  });
}
