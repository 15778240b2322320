import { randomUUID } from 'node:crypto';
import type { Log } from '../log.ts';
import { type ChainPosition, chainStart, hashEvent } from './chain.ts';
import type { AuditEvent, AuditEventRepository } from './event.ts';
import type { AuditEventType } from './event-types.ts';

/** What a room says of an event; time, id and chain are added here. */
export type NewAuditEvent = Omit<
  AuditEvent,
  'id' | 'chain' | 'sequence' | 'at' | 'type' | 'previousHash' | 'hash'
> & {
  type: AuditEventType;
};

/**
 * Writes an event down. Never rejects: resolves, once the storage has answered, to whether the event is stored.
 * Only callers for whom nothing may happen unrecorded need to wait.
 */
export type RecordAudit = (event: NewAuditEvent) => Promise<boolean>;

export interface Audit {
  record: RecordAudit;
  /** Resolves when everything recorded so far has been stored, or given up. */
  flush(): Promise<void>;
}

interface AuditOptions {
  events: Pick<AuditEventRepository, 'insertMany'>;
  now: () => number;
  log: Log;
  /** How many events the storage refused. */
  onLost?: (count: number) => void;
}

interface Recorded {
  event: NewAuditEvent;
  at: number;
}

interface Waiting extends Recorded {
  answer: (stored: boolean) => void;
}

/** A chain that this process writes, and how many events before it are missing. */
interface Chain {
  id: string;
  position: ChainPosition;
  lost: number;
}

const largestBatch = 500;
/** So many may wait for a storage that does not answer. */
const longestQueue = 10_000;

/**
 * The audit log of this process: a hash chain of its own. Events of one turn of the event loop are stored together,
 * one batch at a time, so that they lie in the storage in the order of the chain. When the storage refuses a batch,
 * the chain ends there, and a new one begins by saying how many events are missing.
 */
export function createAudit({ events, now, log, onLost }: AuditOptions): Audit {
  const queue: Waiting[] = [];
  let working: Promise<void> | undefined;
  let chain = newChain(0);

  function lose(lost: readonly Recorded[], err: unknown): false {
    log.error({ err, types: lost.map(({ event }) => event.type) }, 'audit events lost');
    onLost?.(lost.length);
    chain = newChain(chain.lost + lost.length);
    return false;
  }

  async function store(batch: readonly Recorded[]): Promise<boolean> {
    const { linked, position } = link(chain.lost ? [interruption(chain, now()), ...batch] : batch, chain);
    try {
      await events.insertMany(linked);
      chain = { id: chain.id, position, lost: 0 };
      return true;
    } catch (err) {
      return lose(batch, err);
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      await turnOfTheEventLoop();
      const batch = queue.splice(0, largestBatch);
      const stored = await store(batch);
      for (const { answer } of batch) answer(stored);
    }
    working = undefined;
  }

  return {
    async record(event) {
      const recorded = { event, at: now() };
      if (queue.length >= longestQueue) return lose([recorded], 'too many are waiting');
      const { promise, resolve } = Promise.withResolvers<boolean>();
      queue.push({ ...recorded, answer: resolve });
      working ??= work();
      return promise;
    },
    async flush() {
      await working;
    },
  };
}

function newChain(lost: number): Chain {
  return { id: randomUUID(), position: chainStart, lost };
}

function interruption({ lost }: Chain, at: number): Recorded {
  return { event: { type: 'audit.interrupted', details: { lost } }, at };
}

/** Gives events their place in the chain. */
function link(
  batch: readonly Recorded[],
  { id: chain, position }: Chain,
): { linked: AuditEvent[]; position: ChainPosition } {
  let { sequence, previousHash } = position;
  const linked = batch.map(({ event, at }) => {
    const content = { ...event, id: randomUUID(), chain, sequence, at, previousHash };
    previousHash = hashEvent(content);
    sequence += 1;
    return { ...content, hash: previousHash };
  });
  return { linked, position: { sequence, previousHash } };
}

function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
