/** How a server process ends: when it is told to, or by a fault. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, StorageError } from './errors.ts';
import type { Readiness } from './http/health.ts';
import type { Log } from './log.ts';

/** @param notice milliseconds in which a gateway learns that this server is going, while it still answers */
export function stopOnSignals(
  { readiness, resources }: { readiness: Readiness; resources: AsyncDisposable },
  { log, notice }: { log: Log; notice: number },
): void {
  const stop = async () => {
    if (readiness.stopping) return;
    readiness.stopping = true;
    // Whatever hangs, an operator's patience ends here.
    setTimeout(() => leave(new Error('stopping took too long'), log), 9500).unref();
    await delay(notice);
    await resources[Symbol.asyncDispose]();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}

/** After a fault nobody foresaw the process is in an unknown state: it ends, and its supervisor starts it again. */
export function leaveOnFaults(log: Log): void {
  process.on('uncaughtException', (error) => leave(error, log));
  process.on('unhandledRejection', (reason) => leave(reason, log));
}

export function leave(error: unknown, log: Log): void {
  log.error({ err: error }, 'stopped by a fault');
  if (error instanceof StorageError || error instanceof ConfigError) console.error(error.message);
  process.exit(1);
}
