import type { Api, ApiRepository } from './api.ts';

export interface ApiCache {
  list(): Promise<readonly Api[]>;
  /** By what apps name it by. */
  find(audience: string): Promise<Api | undefined>;
  /** As they were read last, for what cannot wait. */
  latest(): readonly Api[];
  /** To be called when another process may have changed an API. */
  clear(): void;
}

/** Milliseconds that an answer lasts at most, should nobody call `clear`. */
const longest = 30_000;

/** Every request for a token asks for its API: there are few, so the storage is asked once for all of them. */
export function createApiCache(
  { list }: Pick<ApiRepository, 'list'>,
  now: () => number = Date.now,
): ApiCache {
  let latest: readonly Api[] = [];
  let known: { apis: Promise<readonly Api[]>; until: number } | undefined;
  function look(): Promise<readonly Api[]> {
    const entry = { apis: list(), until: now() + longest };
    known = entry;
    // A failure is not kept: a storage comes back.
    const forget = () => {
      if (known === entry) known = undefined;
    };
    entry.apis.then((apis) => {
      latest = apis;
    }, forget);
    return entry.apis;
  }
  const all = () => (known && known.until > now() ? known.apis : look());
  return {
    list: all,
    async find(audience) {
      const of = (apis: readonly Api[]) => apis.find((api) => api.audience === audience);
      // An absence is not kept: an API may be made at any moment.
      return of(await all()) ?? of(await look());
    },
    latest: () => latest,
    clear() {
      known = undefined;
      void look();
    },
  };
}
