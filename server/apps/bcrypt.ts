import { Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';

/** Bytes that bcrypt looks at; it takes no notice of more. */
const mostBytes = 72;
/** 2^12 rounds: half a second. Nobody hashes client secrets at more, and a hash that costs minutes is an attack. */
const dearest = 12;
/** So many may wait for their turn, of a tenth of a second each. */
const longestQueue = 32;
const milliseconds = 10_000;

/** `$2a$`, `$2b$` or `$2y$`, cost, 22 characters of salt, 31 of hash. */
const form = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

export function isBcrypt(hash: string): boolean {
  const cost = Number(form.exec(hash)?.[1]);
  return cost >= 4 && cost <= dearest;
}

export interface Bcrypt {
  /** @throws AppError `unavailable` where too many wait */
  matches(presented: string, hash: string): Promise<boolean>;
}

/** One hash at a time, on a thread that is there while there are any. */
export function createBcrypt(): Bcrypt {
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async matches(presented, hash) {
      if (!isBcrypt(hash) || Buffer.byteLength(presented) > mostBytes) return false;
      if (waiting >= longestQueue)
        throw new AppError('unavailable', { detail: 'too many imported client secrets are being compared' });
      waiting += 1;
      const mine = turn.then(() => compareApart(presented, hash));
      turn = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
  };
}

/** A thread for each: it is needed a few times in the life of an installation, and starts faster than the hash takes. */
async function compareApart(presented: string, hash: string): Promise<boolean> {
  const worker = new Worker(new URL('./bcrypt-worker.ts', import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  worker.once('message', resolve);
  worker.once('error', reject);
  const timer = setTimeout(() => reject(new Error('a hash took too long')), milliseconds);
  worker.postMessage({ presented, hash });
  try {
    return await promise;
  } catch (cause) {
    throw new AppError('unavailable', { detail: 'an imported client secret could not be compared', cause });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
