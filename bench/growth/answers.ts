/** What a whole answer costs the server: an administrator at the console, and an app that asks the API. */
import { apiResource } from '../../server/apps/api-scopes.ts';
import type { Account } from '../../server/storage.ts';
import { addApp } from '../../server/testing/app-under-test.ts';
import { createBrowser } from '../../server/testing/browser.ts';
import { administrationOf } from '../../server/testing/installation.ts';
import { answerSignIn, enrolByLink } from '../../server/testing/journeys.ts';
import type { Growth } from './growth.ts';
import type { RunningPlace } from './place.ts';
import { compareTurns, type Side } from './turns.ts';
import { beginnings, whom } from './whom.ts';

/** The paths below each door: how the list goes on and how it is searched. */
type Path = (account: Account) => string;
type Get = (path: string) => Promise<unknown>;
type Door = 'API' | 'console';

const query = (name: string, value = '') => `/people?${new URLSearchParams({ [name]: value })}`;
/** Of a thousand people few answer to both words, of a million a page full: for the same answer, the first of them. */
const firstOfBoth: Record<string, Path> = {
  'the first found by two words': ({ name }) => `${query('text', name)}&limit=1`,
  'the first found by two beginnings': ({ name }) => `${query('text', beginnings(name))}&limit=1`,
};
const lists = (search: string): Record<string, Path> => ({
  'the list, first page': () => '/people',
  'the list, from anywhere': ({ userNameKey }) => query('after', userNameKey),
  'search by user name': ({ userName }) => query(search, userName),
  'search by e-mail': ({ email }) => query(search, email),
  'search by a word': ({ name }) => query(search, name.slice(0, 2)),
  'search by two words': ({ name }) => query(search, name),
  'search by two beginnings': ({ name }) => query(search, beginnings(name)),
});
const person: Record<string, Path> = { "a person's page": ({ id }) => `/people/${id}` };
const byUserName: Record<string, Path> = { 'a person by user name': ({ userName }) => `/people/${userName}` };

/** A server of one place, and how its doors are asked. */
interface Counter {
  people: number;
  cpu: () => Promise<number>;
  /** Signs in: not for long. */
  open: Record<Door, () => Promise<Get>>;
}

/** Milliseconds of the server's CPU for each answer. */
export async function measureAnswers(
  places: readonly [RunningPlace, RunningPlace],
  { withLists }: { withLists: boolean },
): Promise<Growth[]> {
  const [few, many] = [await openCounter(places[0]), await openCounter(places[1])];
  const doors: [Door, Record<string, Path>][] = [
    ['API', { ...(withLists && { ...lists('text'), ...firstOfBoth }), ...byUserName, ...person }],
    ['console', { ...(withLists && lists('search')), ...person }],
  ];
  const measured: Growth[] = [];
  for (const [door, paths] of doors)
    for (const [what, path] of Object.entries(paths)) {
      const sides = [await opened(few, { door, path }), await opened(many, { door, path })] as const;
      measured.push(await compareTurns(`${door}: ${what}`, sides));
    }
  return measured;
}

async function opened(
  { people, cpu, open }: Counter,
  { door, path }: { door: Door; path: Path },
): Promise<Side> {
  const get = await open[door]();
  return { cpu, ask: (attempt) => get(path(whom(attempt, people, Date.now()))) };
}

async function openCounter(place: RunningPlace): Promise<Counter> {
  const { people, config, server } = place;
  const administration = administrationOf(place);
  const { origin } = server;
  const robot = await addApp(
    { administration, origin },
    { kind: 'machine', redirectUris: [], apiScopes: ['people:read'] },
  );
  const browser = createBrowser(origin);
  const user = { userName: `bench-${Date.now()}`, name: 'Bench', role: 'administrator' } as const;
  const { link } = await administration.people.invite(user);
  await enrolByLink(browser, link?.url ?? '', { name: user.name });
  return {
    people,
    cpu: server.cpu,
    open: {
      async API() {
        const [resource, scope] = [apiResource(config.issuer), 'people:read'];
        const { body } = await robot.post('/token', { grant_type: 'client_credentials', resource, scope });
        const headers = { Authorization: `Bearer ${body.access_token}`, accept: 'application/json' };
        return async (path) => expectOk(await browser.get(`/api/v1${path}`, headers));
      },
      async console() {
        const page = await browser.follow('/console');
        if (page.location?.includes('/interaction/')) await browser.follow(await answerSignIn(browser, page));
        return async (path) => expectOk(await browser.get(`/console${path}`));
      },
    },
  };
}

function expectOk({ status, text }: { status: number; text: string }): void {
  if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
}
