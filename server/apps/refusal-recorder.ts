import { ConflictError } from '../errors.ts';
import { type AppRefusals, type AppRefusalsRepository, type Refusal, withRefusals } from './app-refusals.ts';

export interface RefusalRecorder {
  /** Takes note of it and returns at once. */
  note(appId: string, refusal: Pick<Refusal, 'code' | 'reason' | 'redirectUri'>): void;
  /** Writes what was noted since, one record for each app. */
  flush(): Promise<void>;
}

/** So many apps are noted between two times of writing. */
const mostApps = 500;
const longest = { code: 60, reason: 200, redirectUri: 500 };

/**
 * Keeps what apps do wrong without holding up anybody: it is gathered in memory, bounded, and written now and then. What
 * cannot be written is given up: it is news, not evidence.
 */
export function createRefusalRecorder(
  repository: Pick<AppRefusalsRepository, 'findById' | 'insert' | 'update'>,
  now: () => number,
): RefusalRecorder {
  let noted = new Map<string, Refusal[]>();
  return {
    note(appId, { code, reason, redirectUri }) {
      const known = noted.get(appId);
      if (!known && noted.size >= mostApps) return;
      const at = now();
      const refusal = {
        code: code.slice(0, longest.code),
        reason: reason.slice(0, longest.reason),
        ...(redirectUri !== undefined && { redirectUri: redirectUri.slice(0, longest.redirectUri) }),
        count: 1,
        firstAt: at,
        at,
      };
      noted.set(appId, withRefusals(known ?? [], [refusal]));
    },
    async flush() {
      const writing = noted;
      noted = new Map();
      for (const [id, refusals] of writing) await store(repository, { id, refusals, revision: 1 });
    },
  };
}

async function store(
  { findById, insert, update }: Pick<AppRefusalsRepository, 'findById' | 'insert' | 'update'>,
  more: AppRefusals,
  tries = 3,
): Promise<void> {
  const before = await findById(more.id);
  const written = before
    ? await update({ ...before, refusals: withRefusals(before.refusals, more.refusals) }, before.revision)
    : await insert(more).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ConflictError) return false;
          throw error;
        },
      );
  // Another instance was faster: what it wrote is counted on.
  if (!written && tries > 1) await store({ findById, insert, update }, more, tries - 1);
}
