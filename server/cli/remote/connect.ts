import type { Administration } from '../../admin/operations.ts';
import { AppError } from '../../errors.ts';
import type { Surroundings } from '../surroundings.ts';
import { refreshed, signInNeeded } from './device-sign-in.ts';
import { type DiscoveredServer, discover, serverAddress } from './discover.ts';
import { openKeptTokens } from './kept-tokens.ts';
import { type Key, keyOf, signInByKey } from './key-sign-in.ts';
import { type RemoteServer, remoteAdministration } from './remote-administration.ts';
import type { Tokens } from './token-request.ts';

/** A token that ends sooner could end on its way. Milliseconds. */
const margin = 10_000;

/** The administration of another server, as the app of the settings, or as the person who signed in. */
export async function connect(surroundings: Surroundings, given: string): Promise<Administration> {
  const { now, forPeople, err, remote } = surroundings;
  const server = serverAddress(given);
  const key = keyOf(remote);
  const found = remembering(() => discover(server, now));
  const token = key
    ? tokensOfApp({ found, key, now })
    : tokensOfPerson({ server, found, kept: openKeptTokens(surroundings), now });
  const onWait = (seconds: number) => {
    if (forPeople) err(`The server asks for patience: ${seconds} s …\n`);
  };
  return remoteAdministration({ api: `${server}/api/v1`, token, onWait });
}

function remembering<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find();
    return found;
  };
}

interface OfApp {
  found: () => Promise<DiscoveredServer>;
  key: Key;
  now: () => number;
}

/** @throws AppError `forbidden` where the app lacks the scope */
function tokensOfApp({ found, key, now }: OfApp): RemoteServer['token'] {
  let tokens: Tokens | undefined;
  return async (scope, { renew = false } = {}) => {
    if (!tokens || renew || tokens.expiresAt <= now() + margin)
      tokens = await signInByKey(await found(), { key, now });
    if (!tokens.scopes.includes(scope))
      throw new AppError('forbidden', {
        detail: `the app ${key.clientId} may not do this: it needs ${scope}`,
      });
    return tokens.accessToken;
  };
}

interface OfPerson {
  server: string;
  found: () => Promise<DiscoveredServer>;
  kept: ReturnType<typeof openKeptTokens>;
  now: () => number;
}

function tokensOfPerson({ server, found, kept, now }: OfPerson): RemoteServer['token'] {
  const isGood = (tokens: Tokens) => tokens.expiresAt > now() + margin;
  return async (_scope, { renew = false } = {}) => {
    const seen = kept.find(server);
    if (!seen) throw signInNeeded(server);
    if (!renew && isGood(seen)) return seen.accessToken;
    const described = await found();
    const next = await kept.change(server, async (before) => {
      if (!before) return undefined;
      // Another command was quicker.
      const isOther = before.accessToken !== seen.accessToken;
      return isOther && isGood(before) ? before : refreshed(described, before, now);
    });
    if (!next) throw signInNeeded(server);
    return next.accessToken;
  };
}
