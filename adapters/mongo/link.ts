import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type ConnectOptions, Mongoose } from 'mongoose';
import { ConflictError, StorageError } from '../../server/storage.ts';
import { toStorageError } from './errors.ts';

/**
 * Nothing waits without end: not for a server, not for a connection of the pool, not for an answer.
 * A write is acknowledged when a majority has it in its journal, so it outlives a change of the primary.
 */
const options: ConnectOptions = {
  appName: 'latchkey',
  maxPoolSize: 50,
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 3000,
  waitQueueTimeoutMS: 3000,
  socketTimeoutMS: 5000,
  heartbeatFrequencyMS: 2000,
  readPreference: 'primary',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5000 },
};

const pingTimeoutMs = 1500;
const retryMs = 1000;

/** The way to one MongoDB database, open or not yet. */
export interface Link {
  readonly connection: Connection;
  /**
   * Runs an operation, once the link is open and its schema prepared; until then it rejects at once.
   *
   * @throws StorageError
   */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Connects and prepares. @throws StorageError */
  open(prepare: () => Promise<void>): Promise<void>;
  /** The same in the background, as often as it takes. */
  openLater(prepare: () => Promise<void>): void;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createLink(url: string): Link {
  const connection = createConnection();
  const closing = new AbortController();
  let obstacle: unknown = new StorageError('unreachable', 'MongoDB has not been reached yet');
  let opening: Promise<void> = Promise.resolve();

  async function open(prepare: () => Promise<void>) {
    try {
      if (connection.readyState !== 1) await connection.openUri(url, withDatabase(url));
      await prepare();
      if (!closing.signal.aborted) obstacle = undefined;
    } catch (error) {
      obstacle = toOpenError(error);
      throw obstacle;
    }
  }

  async function run<T>(operation: () => Promise<T>): Promise<T> {
    if (obstacle) throw obstacle;
    try {
      return await operation();
    } catch (error) {
      throw toStorageError(error);
    }
  }

  return {
    connection,
    run,
    open,
    openLater(prepare) {
      opening = repeatedly(() => open(prepare), closing.signal);
    },
    ping: () => run(() => ping(connection)),
    async close() {
      obstacle = new StorageError('unreachable', 'the storage is closed');
      closing.abort();
      await opening;
      await connection.close();
    },
  };
}

/** Until it succeeds, or the signal says that nobody wants it any more. */
async function repeatedly(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch {
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** A server that takes the question and gives no answer is not there: the driver itself would wait longer. */
async function ping({ db }: Connection): Promise<void> {
  const answered = new AbortController();
  const deadline = sleep(pingTimeoutMs, undefined, { signal: answered.signal }).then(() => {
    throw new StorageError('unreachable', 'MongoDB does not answer');
  });
  try {
    await Promise.race([db?.command({ ping: 1 }), deadline]);
  } finally {
    deadline.catch(() => {});
    answered.abort();
  }
}

/** A mongoose of our own, so that nothing global is set. Operators in a filter are refused unless we mark them. */
const mongoose = new Mongoose({
  autoCreate: false,
  autoIndex: false,
  bufferCommands: false,
  sanitizeFilter: true,
  strictQuery: 'throw',
});

function createConnection(): Connection {
  return mongoose.createConnection();
}

/** Marks a filter's operator as ours. */
export const operator = (value: Record<string, unknown>) => mongoose.trusted(value);

function withDatabase(url: string): ConnectOptions {
  const namesDatabase = /^[^/]+\/\/[^/]+\/[^?]/.test(url);
  return namesDatabase ? options : { ...options, dbName: 'latchkey' };
}

/** While it opens, every failure but a wrong schema means that the database is not there for us. */
function toOpenError(error: unknown): unknown {
  if (error instanceof StorageError || error instanceof ConflictError) return error;
  return new StorageError('unreachable', 'MongoDB cannot be reached', { cause: error });
}
