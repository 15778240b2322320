/**
 * Instances of one installation go by the clock of the storage that they share: with another, a token would be of the
 * future to one and over to the other. An instance whose own clock is off serves nothing until it is right again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';

/** Milliseconds that clocks may differ: as far as apps and servers believe a time of the future. */
const clockTolerance = 10_000;
/** Milliseconds between two looks of whoever waits. */
const pause = 200;

export interface ClockWatch {
  /** Compares once. @throws what the storage throws: then what was known holds on */
  round(): Promise<void>;
  /** Before it has been compared it is not. */
  isRight(): boolean;
  /** @throws AppError `unavailable`, before it has been compared, too */
  requireRight(): void;
  /** Until it has been compared and is right. @throws AbortError */
  untilRight(signal: AbortSignal): Promise<void>;
  /** Milliseconds that this clock is ahead; `undefined` before it has been compared. */
  ahead(): number | undefined;
}

interface Options {
  /** Epoch milliseconds of the storage. */
  readClock: () => Promise<number>;
  /** This machine's, which somebody may set. */
  now: () => number;
  /** Milliseconds that nobody sets (`performance.now`). */
  elapsed: () => number;
  log: Pick<Log, 'warn' | 'info'>;
}

export function createClockWatch({ readClock, now, elapsed, log }: Options): ClockWatch {
  /** What is to be added to `elapsed` for the storage's time. */
  let origin: number | undefined;
  /** An answer may be of any moment since it was asked for. */
  let doubt = 0;
  let wasRight = true;
  const current = () => (origin === undefined ? undefined : now() - (origin + elapsed()));
  const isRight = () => {
    const ahead = current();
    return ahead !== undefined && Math.abs(ahead) <= clockTolerance + doubt;
  };
  return {
    async round() {
      const begun = elapsed();
      const theirs = await readClock();
      const took = elapsed() - begun;
      doubt = took / 2;
      origin = theirs + took / 2 - elapsed();
      if (isRight() === wasRight) return;
      wasRight = !wasRight;
      const facts = { aheadSeconds: Math.round((current() ?? 0) / 1000) };
      if (wasRight) log.info(facts, 'the clock of this machine is right again');
      else
        log.warn(facts, 'the clock of this machine differs from the database’s: set it, nothing is served');
    },
    isRight,
    requireRight() {
      // Told by the clock that nobody sets: a jump since the last round counts at once.
      if (!isRight())
        throw new AppError('unavailable', {
          detail: 'the clock of this machine is wrong, or not compared yet',
        });
    },
    async untilRight(signal) {
      while (!isRight()) await delay(pause, undefined, { signal, ref: false });
    },
    ahead: current,
  };
}
