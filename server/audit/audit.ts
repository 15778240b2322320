import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Log } from '../log.ts';
import { type ChainPosition, chainStart, hashEvent } from './chain.ts';
import { type Changes, createChanges } from './changes.ts';
import type { AuditChainRepository } from './checkpoint.ts';
import type { AuditEvent, AuditEventRepository, SealedPart } from './event.ts';
import type { AuditEventType } from './event-types.ts';
import { createGathering, isPatient } from './gather.ts';
import { type PersonalPart, takeApart } from './personal.ts';
import { createSealer, type SealDependencies, sealParts } from './seal.ts';

interface Origin {
  address?: string | undefined;
  device?: string | undefined;
}

/** A request, as every event says that is written down while it is answered. */
type RequestContext = Pick<NewAuditEvent, 'origin' | 'requestId'>;

/** What is given as it is: written down as plain JSON without secrets, and what is personal is sealed. */
interface Given {
  details?: object | undefined;
  /** Where it came from; that of the request unless it is given. Personal to who did it. */
  origin?: Origin | undefined;
  /** Anything else that is personal to the account. */
  personal?: object | undefined;
  /** The record before a change and after it: the fields that differ are written down. */
  before?: object | undefined;
  after?: object | undefined;
}

/** What a room says of an event; time, id and chain are added here. */
export interface NewAuditEvent
  extends Omit<
      AuditEvent,
      'id' | 'chain' | 'sequence' | 'at' | 'type' | 'previousHash' | 'hash' | keyof Given
    >,
    Given {
  type: AuditEventType;
}

/**
 * Writes an event down. Never rejects: resolves, once the storage has answered, to whether the event is stored.
 * Only callers for whom nothing may happen unrecorded need to wait.
 */
export type RecordAudit = (event: NewAuditEvent) => Promise<boolean>;

export interface Audit extends Changes {
  record: RecordAudit;
  /** Answers a request: what is written down on the way says which. */
  within<T>(request: RequestContext, work: () => T): T;
  /** Deletes the key that an account's personal fields are sealed under: before the account itself goes. */
  forget(accountId: string): Promise<void>;
  /** Resolves when everything recorded so far has been stored, or given up. */
  flush(): Promise<void>;
}

interface AuditOptions {
  storage: {
    auditEvents: Pick<
      AuditEventRepository,
      'insertMany' | 'listByChange' | 'listOpenIntents' | 'settleIntent'
    >;
    auditKeys: SealDependencies['auditKeys'];
    auditChains: Pick<AuditChainRepository, 'announce'>;
  };
  /** What keys of personal fields are sealed with. */
  secret: SealDependencies['secret'];
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
  /** When it was said last that it goes on. */
  announcedAt: number;
  storedAt: number;
}

const largestBatch = 500;
/** So many may wait for a storage that does not answer. */
const longestQueue = 10_000;
/** A chain that goes on says so about once in so many milliseconds: whoever makes checkpoints looks at it then. */
export const announcedEveryMs = 60_000;
/** A chain that rested for so long is not gone on with: retention may have removed all of it. */
const longestRestMs = 12 * 60 * 60 * 1000;

/**
 * The audit log of this process: a hash chain of its own. Events of one turn of the event loop are stored together (of
 * those that nobody waits for a few more), one batch at a time, so that they lie in the storage in the order of the chain. When the storage refuses a batch,
 * the chain ends there, and a new one begins by saying how many events are missing.
 */
export function createAudit({ storage, secret, now, log, onLost }: AuditOptions): Audit {
  const { auditEvents: events, auditKeys, auditChains } = storage;
  const sealer = createSealer({ auditKeys, secret, now });
  const requests = new AsyncLocalStorage<RequestContext>();
  const gathering = createGathering();
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
    if (chain.storedAt && now() - chain.storedAt > longestRestMs) chain = newChain(chain.lost);
    try {
      const announcedAt = await announce();
      const whole = (chain.lost ? [interruption(chain, now()), ...batch] : batch).map(prepare);
      const keys = await sealer.keysOf(whole.flatMap(({ parts }) => parts.map(({ of }) => of)));
      const { linked, position } = link(whole, chain, (event) => sealParts(event.parts, event.id, keys));
      await events.insertMany(linked);
      chain = { id: chain.id, position, lost: 0, announcedAt, storedAt: now() };
      return true;
    } catch (err) {
      return lose(batch, err);
    }
  }

  async function announce(): Promise<number> {
    const at = now();
    if (at - chain.announcedAt < announcedEveryMs) return chain.announcedAt;
    await auditChains.announce({ id: chain.id, at });
    return at;
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      await turnOfTheEventLoop();
      if (queue.every(({ event }) => isPatient(event))) await gathering.wait();
      const batch = queue.splice(0, largestBatch);
      const stored = await store(batch);
      for (const { answer } of batch) answer(stored);
    }
    working = undefined;
  }

  const record: RecordAudit = async (event) => {
    const recorded = { event: { ...requests.getStore(), ...event }, at: now() };
    if (queue.length >= longestQueue) return lose([recorded], 'too many are waiting');
    const { promise, resolve } = Promise.withResolvers<boolean>();
    queue.push({ ...recorded, answer: resolve });
    if (!isPatient(event)) gathering.end();
    working ??= work();
    return promise;
  };

  return {
    record,
    ...createChanges({ events, record, now, log }),
    within: (request, work) => requests.run(request, work),
    forget: sealer.erase,
    async flush() {
      gathering.end();
      await working;
    },
  };
}

function newChain(lost: number): Chain {
  return { id: randomUUID(), position: chainStart, lost, announcedAt: 0, storedAt: 0 };
}

function interruption({ lost }: Chain, at: number): Recorded {
  return { event: { type: 'audit.interrupted', details: { lost } }, at };
}

/** An event on its way into the chain. */
interface Prepared {
  id: string;
  at: number;
  open: ReturnType<typeof takeApart>['open'];
  parts: PersonalPart[];
}

function prepare({ event, at }: Recorded): Prepared {
  return { id: randomUUID(), at, ...takeApart(event, at) };
}

/** Gives events their place in the chain. */
function link(
  batch: readonly Prepared[],
  { id: chain, position }: Chain,
  seal: (event: Prepared) => SealedPart[],
): { linked: AuditEvent[]; position: ChainPosition } {
  let { sequence, previousHash } = position;
  const linked = batch.map((event) => {
    const { id, at, open } = event;
    const personal = seal(event);
    const sealed = personal.length > 0 ? { personal } : {};
    const content = { ...open, ...sealed, id, chain, sequence, at, previousHash };
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
