/** What apps ask of the protocol, where few tokens are live and where many are. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { apiResource } from '../../server/apps/api-scopes.ts';
import { createVault } from '../../server/oidc/vault.ts';
import { addMachine } from '../machine.ts';
import { opaqueResource } from '../report-cpu.ts';
import { oneSignedInOf, seedPerson } from '../seed/people.ts';
import { accessTokenOf, refreshTokenOf } from '../seed/tokens.ts';
import type { Growth } from './growth.ts';
import type { Place, RunningPlace } from './place.ts';
import { attempts, compareTurns } from './turns.ts';
import { few } from './whom.ts';

const names = [
  'client credentials (opaque)',
  'client credentials (JWT)',
  'refresh',
  'introspection',
  'userinfo',
] as const;

type Ask = (attempt: number) => Promise<unknown>;
type Form = Record<string, string>;

/** Milliseconds of the server's CPU for each answer. */
export async function measureOperations(places: readonly [RunningPlace, RunningPlace]): Promise<Growth[]> {
  const [of, among] = [await openApps(places[0]), await openApps(places[1])];
  const measured: Growth[] = [];
  for (const name of names)
    measured.push(
      await compareTurns(name, [
        { cpu: places[0].server.cpu, ask: of[name] },
        { cpu: places[1].server.cpu, ask: among[name] },
      ]),
    );
  return measured;
}

async function openApps(place: RunningPlace): Promise<Record<(typeof names)[number], Ask>> {
  const { people, config, settings } = place;
  const { origin } = place.server;
  await renew(place);
  const machine = await addMachine(settings);
  // The server follows what is changed beside it within that time.
  await delay(2000);
  const authorization = `Basic ${Buffer.from(`${machine.id}:${machine.secret}`).toString('base64')}`;
  const post = (path: string, form: Form, headers: Form = {}) =>
    answered(fetch(origin + path, { method: 'POST', body: new URLSearchParams(form), headers }));
  const speak = (resource: string, scope: string) =>
    post('/token', { grant_type: 'client_credentials', resource, scope }, { authorization });
  /** Each is good once, and the next one comes with the answer. */
  const refreshTokens = new Map<number, string>();
  return {
    'client credentials (opaque)': () => speak(opaqueResource, 'read'),
    'client credentials (JWT)': () => speak(apiResource(config.issuer), 'people:read'),
    async refresh(attempt) {
      const index = whoIsSignedIn(attempt, people);
      const { refresh_token } = await post('/token', {
        grant_type: 'refresh_token',
        refresh_token: refreshTokens.get(index) ?? refreshTokenOf(index),
        client_id: appOf(index),
      });
      refreshTokens.set(index, refresh_token as string);
    },
    async introspection(attempt) {
      const index = whoIsSignedIn(attempt, people);
      const token = accessTokenOf(index, attempt);
      const { active } = await post('/token/introspection', { token, client_id: appOf(index) });
      if (!active) throw new Error('the access token is not active');
    },
    userinfo(attempt) {
      const token = accessTokenOf(whoIsSignedIn(attempt, people), attempt);
      return answered(fetch(`${origin}/me`, { headers: { authorization: `Bearer ${token}` } }));
    },
  };
}

/** Where an installation stays, what some were asked about with is used up, or of another day: these begin anew. */
async function renew({ storage: { artifacts }, secret, people }: Place): Promise<void> {
  const now = Date.now();
  const vault = createVault(secret);
  const who = new Set(Array.from({ length: attempts }, (_, attempt) => whoIsSignedIn(attempt, people)));
  for (const index of who) {
    const token = await artifacts.find(vault.idOf('RefreshToken', refreshTokenOf(index)));
    if (token && token.consumedAt === undefined && (token.expiresAt ?? 0) > now) continue;
    const sealed = seedPerson(index, now).artifacts.map((artifact) => vault.seal(artifact));
    await Promise.all(sealed.map(({ id }) => artifacts.remove(id)));
    await Promise.all(sealed.map((artifact) => artifacts.upsert(artifact)));
  }
}

/** Other people in each run, so that an installation which stays is not asked about the same again. */
const begun = randomInt(50_000);

/** Of any thousand, and of each thousand those that are signed in. */
function whoIsSignedIn(attempt: number, people: number): number {
  const turn = begun + attempt;
  const within = ((turn * 37) % (few / oneSignedInOf)) * oneSignedInOf;
  return ((turn * 7907) % Math.floor(people / few)) * few + within;
}

/** Of the first passkey: that one is signed in with. */
const appOf = (index: number): string => seedPerson(index, Date.now()).signIns[0]?.appId ?? '';

async function answered(asked: Promise<Response>): Promise<Record<string, unknown>> {
  const answer = await asked;
  const text = await answer.text();
  if (!answer.ok) throw new Error(`answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
