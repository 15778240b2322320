/** Changes that are written down before they begin, and again when it is known what came of them. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { NewAuditEvent, RecordAudit } from './audit.ts';
import type { AuditEvent, AuditEventRepository } from './event.ts';

/** What is known of a change only while it happens. */
export type Noted = Pick<
  NewAuditEvent,
  'accountId' | 'appId' | 'passkeyId' | 'signInId' | 'details' | 'before' | 'after' | 'personal'
>;

/** Adds to what the outcome of a change says; what is noted later comes in the place of what was noted before. */
export type Note = (noted: Noted) => void;

/** What came of a change that was broken off, as far as it can be seen in what is stored. */
export type Finding = 'done' | 'not_done' | 'unknown';

export interface Changes {
  /**
   * Writes the intent down and waits for it, then does the work, then writes down what came of it: `done`, or
   * `failed` with the code of the error, which goes on to the caller. Both events bear one `changeId`.
   * @throws AppError `unavailable` where the intent cannot be stored: nothing was begun
   */
  change<T>(event: NewAuditEvent, work: (note: Note) => Promise<T>): Promise<T>;
  /**
   * Writes down what came of changes that were broken off, by looking. Changes of this process that go on, and those
   * that began within the last minute elsewhere, are left alone.
   * @returns how many were closed
   */
  closeOpenIntents(find: (intent: AuditEvent) => Promise<Finding>): Promise<number>;
}

interface ChangesOptions {
  events: Pick<AuditEventRepository, 'listByChange' | 'listOpenIntents' | 'settleIntent'>;
  record: RecordAudit;
  now: () => number;
  log: Log;
}

/** A change that began so many milliseconds ago may go on in another process. */
const patience = 60_000;
const pageSize = 100;
const outcomes = { done: 'done', not_done: 'failed', unknown: 'unknown' } as const;

export function createChanges(options: ChangesOptions): Changes {
  const { record } = options;
  const going = new Set<string>();

  async function finish(event: NewAuditEvent & { changeId: string }): Promise<void> {
    if (await record(event)) await settle(options, event.changeId);
  }

  return {
    async change(event, work) {
      const changeId = randomUUID();
      going.add(changeId);
      try {
        if (!(await record({ ...event, changeId, outcome: 'intent' })))
          throw new AppError('unavailable', { detail: `the audit did not take the intent of ${event.type}` });
        const { noted, note } = createNote(event);
        const result = await work(note).catch(async (error: unknown) => {
          await finish({ ...event, ...noted(), changeId, outcome: 'failed', reason: reasonOf(error) });
          throw error;
        });
        await finish({ ...event, ...noted(), changeId, outcome: 'done' });
        return result;
      } finally {
        going.delete(changeId);
      }
    },
    async closeOpenIntents(find) {
      const { events, now } = options;
      const open = await events.listOpenIntents({ before: now() - patience, limit: pageSize });
      let closed = 0;
      for (const intent of open) {
        const { changeId = '' } = intent;
        if (going.has(changeId)) continue;
        if (!(await hasOutcome(events, changeId))) {
          if (!(await record(closing(intent, await find(intent))))) break;
          closed += 1;
        }
        await settle(options, changeId);
      }
      return closed;
    },
  };
}

function createNote(event: NewAuditEvent) {
  let known: Noted = {};
  return {
    noted: () => known,
    note(noted: Noted) {
      const details = { ...event.details, ...known.details, ...noted.details };
      known = { ...known, ...noted, ...(Object.keys(details).length > 0 && { details }) };
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof AppError ? error.code : 'internal');

/** An intent that stays open though its outcome is stored is found by it later: nothing is lost here. */
async function settle({ events, log }: Pick<ChangesOptions, 'events' | 'log'>, changeId: string) {
  try {
    await events.settleIntent(changeId);
  } catch (err) {
    log.warn({ err, changeId }, 'the intent of a change stays open');
  }
}

async function hasOutcome(events: ChangesOptions['events'], changeId: string): Promise<boolean> {
  return (await events.listByChange(changeId)).some(({ outcome }) => outcome !== 'intent');
}

/** What is written down of a change that was broken off. */
function closing(intent: AuditEvent, finding: Finding): NewAuditEvent {
  const { id, chain, sequence, at, personal, previousHash, hash, ...event } = intent;
  const type = event.type as NewAuditEvent['type'];
  return { ...event, type, outcome: outcomes[finding], reason: 'broken_off' };
}
