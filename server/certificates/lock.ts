import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';

const [waitMs, pauseMs, staleMs] = [10_000, 50, 60_000];

/**
 * One at a time, across processes: a server that renews and a command would otherwise write over one another's
 * register. What is done within takes far less than a minute; a lock that is older was left by a crash.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; !tryLock(path); waited += pauseMs) {
    if (waited > waitMs)
      throw new AppError('unavailable', {
        detail: `another process holds ${path}; it is let go after a minute`,
      });
    await delay(pauseMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function tryLock(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    releaseStale(path);
    return false;
  }
}

function releaseStale(path: string): void {
  try {
    if (Date.now() - statSync(path).mtimeMs > staleMs) rmdirSync(path);
  } catch (error) {
    // Somebody let it go meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
