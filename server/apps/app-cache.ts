import { keepLatest } from '../keep-latest.ts';
import type { App, AppRepository } from './app.ts';

export interface AppCache {
  find(id: string): Promise<App | undefined>;
  /** The one that is behind a gateway there. */
  findByOrigin(origin: string): Promise<App | undefined>;
  /** As it is stored this moment. */
  findNow(id: string): Promise<App | undefined>;
  /** To be called when another process may have changed an app. */
  clear(): void;
}

interface Entry {
  app: Promise<App | undefined>;
  until: number;
}

interface Options {
  /** Apps that stand in front of the stored ones. */
  builtin?: readonly App[];
  /** Milliseconds that an answer lasts at most, should nobody call `clear`. */
  ttl?: number;
  /** How many answers are kept: strangers may ask for any id. */
  capacity?: number;
  now?: () => number;
}

/** Every request asks for its app: this asks the storage once for many of them. */
export function createAppCache(
  repository: Pick<AppRepository, 'findById' | 'findByOrigin'>,
  { builtin = [], ttl = 30_000, capacity = 1000, now = Date.now }: Options = {},
): AppCache {
  const own = new Map(builtin.map((app) => [app.id, app]));
  const entries = new Map<string, Entry>();
  function look(id: string, ask = () => repository.findById(id)): Promise<App | undefined> {
    const app = ask();
    const entry = { app, until: now() + ttl };
    keepLatest(entries, { key: id, value: entry, most: capacity });
    // An absence is not kept, nor is a failure: an app may be made at any moment, and a storage comes back.
    const forget = () => {
      if (entries.get(id) === entry) entries.delete(id);
    };
    app.then((found) => found ?? forget(), forget);
    return app;
  }
  return {
    async find(id) {
      const builtinApp = own.get(id);
      if (builtinApp) return builtinApp;
      const entry = entries.get(id);
      return entry && entry.until > now() ? entry.app : look(id);
    },
    async findByOrigin(origin) {
      // No client id has a line break: both kinds of answers may be kept side by side.
      const key = `\n${origin}`;
      const entry = entries.get(key);
      return entry && entry.until > now() ? entry.app : look(key, () => repository.findByOrigin(origin));
    },
    findNow: async (id) => own.get(id) ?? repository.findById(id),
    clear: () => entries.clear(),
  };
}

/** What is changed through this is in force at the next request here; other instances hear of it within two seconds. */
export function forgetting(repository: AppRepository, cache: Pick<AppCache, 'clear'>): AppRepository {
  const thenForget = async <T>(change: Promise<T>): Promise<T> => {
    const result = await change;
    cache.clear();
    return result;
  };
  return {
    ...repository,
    update: (app, expectedRevision) => thenForget(repository.update(app, expectedRevision)),
    remove: (id) => thenForget(repository.remove(id)),
  };
}
