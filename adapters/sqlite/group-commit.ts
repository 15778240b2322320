import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../../server/storage.ts';
import { toStorageError } from './errors.ts';

interface Write extends WriteOptions {
  work: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  /** What to say once the commit is there. */
  settle: () => void;
}

export interface WriteOptions {
  /**
   * Whether the write must survive a power loss once it is acknowledged: everything that uses something up, takes
   * something away, or is a credential. What merely begins something may be lost with the power (never with the
   * process): the person or the app begins again. It costs no wait for the disk.
   */
  durable: boolean;
}

/** Writes of one turn of the event loop share one transaction, so they also share its one wait for the disk. */
export interface GroupCommit {
  /**
   * Runs `work`, one statement, in the next shared transaction. Resolves after the commit.
   * If it throws, it fails alone: a failed statement undoes itself.
   */
  write<T>(work: () => T, options?: WriteOptions): Promise<T>;
  /** The same for several statements, which happen all or not at all. */
  writeTogether<T>(work: () => T, options?: WriteOptions): Promise<T>;
  /** Commits what is queued; later writes are refused. */
  close(): void;
}

export function createGroupCommit(db: DatabaseSync): GroupCommit {
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => db.prepare(sql));
  const setDurable = createDurabilitySwitch(db);
  let queue: Write[] = [];
  let isOpen = true;

  function flush() {
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    try {
      setDurable(batch.some(({ durable }) => durable));
      begin?.run();
      for (const write of batch) attempt(db, write);
      commit?.run();
    } catch (error) {
      const reason = toStorageError(error);
      if (db.isTransaction) rollback?.run();
      for (const { reject } of batch) reject(reason);
      return;
    }
    for (const { settle } of batch) settle();
  }

  function write<T>(work: () => T, { durable } = { durable: true }): Promise<T> {
    if (!isOpen) return Promise.reject(new StorageError('unreachable', 'the storage is closed'));
    if (queue.length === 0) setImmediate(flush);
    return new Promise<T>((resolve, reject) => {
      queue.push({ work, durable, resolve, reject, settle: () => {} });
    });
  }

  return {
    write,
    writeTogether: (work, options) => write(() => together(db, work), options),
    close() {
      isOpen = false;
      flush();
    },
  };
}

/**
 * In WAL mode FULL syncs the log at each commit and NORMAL does not. The log keeps the order of commits, so the next
 * durable one takes everything before it along. The pragma acts when it is parsed, so it cannot be prepared.
 */
function createDurabilitySwitch(db: DatabaseSync): (durable: boolean) => void {
  let isDurable: boolean | undefined;
  return (durable) => {
    if (durable === isDurable) return;
    db.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    isDurable = durable;
  };
}

/** @throws when the failure took the whole transaction with it, such as a full disk */
function attempt(db: DatabaseSync, write: Write): void {
  try {
    const value = write.work() as never;
    write.settle = () => write.resolve(value);
  } catch (error) {
    if (!db.isTransaction) throw error;
    write.settle = () => write.reject(toStorageError(error));
  }
}

function together<T>(db: DatabaseSync, work: () => T): T {
  db.exec('SAVEPOINT write');
  try {
    const value = work();
    db.exec('RELEASE write');
    return value;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK TO write; RELEASE write');
    throw error;
  }
}
