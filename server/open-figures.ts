import type { Audit } from './audit/audit.ts';
import { countedStorage } from './figures/counted-storage.ts';
import { createCounter } from './figures/counter.ts';
import { timed } from './figures/figure-ids.ts';
import { createFigureFollower } from './figures/follow-passkeys.ts';
import type { Log } from './log.ts';
import type { PasskeyManager } from './passkeys/manager.ts';
import type { Storage } from './storage.ts';

type Followed = Pick<PasskeyManager, 'listPasskeyEvents' | 'listPasskeys'>;

export interface OpenFigures {
  /** The storage, whose people, groups and apps are counted. */
  storage: Storage;
  /**
   * Counts the sign-ins that are written down.
   * @param onSignIn gets `succeeded`, or the reason of a failure
   */
  counting<A extends Pick<Audit, 'record'>>(audit: A, onSignIn?: (result: string) => void): A;
  countSession(): void;
  /** Follows the passkey manager, one round at a time. */
  followerOf(manager: Followed): () => Promise<void>;
  /** Writes and follows again and again. */
  keep(manager: Followed, every: (ms: number, chore: () => Promise<void>) => void): void;
  /** Writes what was counted. */
  flush(): Promise<void>;
}

/** What is counted with the writes, for a server or for a command beside it. */
export function openFigures({
  storage,
  log,
  now,
}: {
  storage: Storage;
  log: Log;
  now: () => number;
}): OpenFigures {
  const counter = createCounter({ figures: storage.figures, log });
  const followerOf = (manager: Followed) => createFigureFollower({ storage, manager, counter, now });
  return {
    storage: countedStorage(storage, counter),
    counting: (audit, onSignIn = () => {}) => ({
      ...audit,
      record(event) {
        if (event.type === 'sign_in.succeeded') {
          counter.count(...timed('sign-ins', now()));
          onSignIn('succeeded');
        }
        if (event.type === 'sign_in.failed') {
          counter.count(...timed('failures', now()));
          onSignIn(event.reason ?? 'failed');
        }
        return audit.record(event);
      },
    }),
    countSession: () => counter.count(...timed('sessions', now())),
    followerOf,
    keep(manager, every) {
      every(1000, counter.flush);
      every(5000, followerOf(manager));
    },
    flush: counter.flush,
  };
}
