import { type ClockWatch, createClockWatch } from './clock/clock-watch.ts';
import type { Metrics } from './http/metrics.ts';
import type { Log } from './log.ts';
import type { Storage } from './storage.ts';

const here: ClockWatch = {
  round: async () => {},
  isRight: () => true,
  requireRight: () => {},
  untilRight: async () => {},
  ahead: () => undefined,
};

/** Where several servers share a storage, they go by its clock. */
export function openClock(parts: {
  storage: Storage;
  log: Log;
  metrics: Pick<Metrics, 'watchClock'>;
  now: () => number;
}): ClockWatch {
  const { storage, log, metrics, now } = parts;
  if (!storage.clock) return here;
  const watch = createClockWatch({ readClock: storage.clock, now, elapsed: () => performance.now(), log });
  metrics.watchClock(watch.ahead);
  return watch;
}
