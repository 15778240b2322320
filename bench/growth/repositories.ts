/** What an administrator's pages ask of the storage, with nothing around it: no HTTP, no sign-in, no page. */
import { createSessions, type Sessions } from '../../server/oidc/sessions.ts';
import { createVault } from '../../server/oidc/vault.ts';
import type { Account, Storage } from '../../server/storage.ts';
import { median } from '../statistics.ts';
import type { Growth } from './growth.ts';
import type { Place } from './place.ts';
import { beginnings, whom } from './whom.ts';

const [rounds, warmUp] = [400, 50];
/** As a page of a list has. */
const limit = 50;

interface Desk {
  people: number;
  storage: Storage;
  sessions: Pick<Sessions, 'list'>;
}

type Work = (desk: Desk, account: Account) => Promise<unknown>;

const byIdAndEquality: Record<string, Work> = {
  'a person by user name': ({ storage }, { userNameKey }) => storage.accounts.findByUserNameKey(userNameKey),
  "a person's page": async ({ storage, sessions }, { id }) => {
    const found = await storage.accounts.findById(id);
    if (!found) throw new Error(`${id} is not there`);
    return Promise.all([
      ...found.userHandles.map((userHandle) => storage.passkeys.listByUserHandle(userHandle)),
      storage.passkeyHolders.findMany([found.id]),
      sessions.list(found.sub, Date.now()),
      storage.signIns.listByAccount(found.id, { limit }),
      storage.groups.findMany(found.groups),
    ]);
  },
};

const lists: Record<string, Work> = {
  'the list, first page': ({ storage }) => storage.accounts.list({ limit }),
  'the list, from anywhere': ({ storage }, { userNameKey }) =>
    storage.accounts.list({ limit, after: userNameKey }),
  // Of few people there are no more of them.
  'a page of 20 disabled': ({ storage }) => storage.accounts.list({ limit: 20, status: 'disabled' }),
  'search by user name': ({ storage }, { userName }) => storage.accounts.search({ limit, text: userName }),
  'search by e-mail': ({ storage }, { email = '' }) => storage.accounts.search({ limit, text: email }),
  'search by a word': ({ storage }, { name }) => storage.accounts.search({ limit, text: name.slice(0, 2) }),
  'search by two words': ({ storage }, { name }) => storage.accounts.search({ limit, text: name }),
  'search by two beginnings': ({ storage }, { name }) =>
    storage.accounts.search({ limit, text: beginnings(name) }),
  'the first found by two beginnings': ({ storage }, { name }) =>
    storage.accounts.search({ limit: 1, text: beginnings(name) }),
};

/** Milliseconds that each takes: the middle of all tries. */
export async function measureRepositories(
  places: readonly [Place, Place],
  { withLists }: { withLists: boolean },
): Promise<Growth[]> {
  const desks = places.map(deskOf);
  const now = Date.now();
  const measured: Growth[] = [];
  for (const [what, work] of Object.entries({ ...(withLists && lists), ...byIdAndEquality })) {
    const taken = desks.map((): number[] => []);
    for (let attempt = 0; attempt < warmUp + rounds; attempt++)
      for (const [at, desk] of desks.entries()) {
        const account = whom(attempt, desk.people, now);
        const begun = performance.now();
        await work(desk, account);
        if (attempt >= warmUp) taken[at]?.push(performance.now() - begun);
      }
    const [of = Number.NaN, among = Number.NaN] = taken.map(median);
    measured.push({ what, few: of, many: among, ratio: among / of });
  }
  return measured;
}

function deskOf({ people, storage, secret }: Place): Desk {
  // Nothing ends here.
  const sessionEnds = {
    end: async () => {},
    around: async <T>(_: unknown, work: () => Promise<T>) => work(),
  };
  const parts = { artifacts: storage.artifacts, signIns: storage.signIns, vault: createVault(secret) };
  const sessions = createSessions({ ...parts, now: Date.now, sessionEnds: sessionEnds as never });
  return { people, storage, sessions };
}
