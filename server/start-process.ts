import { nameCommands } from './cli/command-name.ts';
import { failureLines } from './cli/failure.ts';
import { type Config, readConfig } from './config.ts';
import { leaveOnFaults, stopOnSignals } from './ending.ts';
import { ConfigError, StorageError } from './errors.ts';
import type { Readiness } from './http/health.ts';
import { createLog, type Log } from './log.ts';

export interface Running {
  readiness: Readiness;
  resources: AsyncDisposableStack;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts what the environment describes; SIGTERM or SIGINT stops it. What is wrong with it is said in a sentence. */
export async function startProcess(
  env: Environment,
  run: (config: Config, log: Log) => Promise<Running>,
): Promise<void> {
  try {
    const config = readConfig(env);
    const log = createLog(config.log);
    leaveOnFaults(log);
    stopOnSignals(await run(config, log), { log, notice: config.onLocalhost ? 0 : 1500 });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StorageError)) throw error;
    console.error(nameCommands(`Latchkey did not start.\n${failureLines(error)}`, env));
    process.exit(1);
  }
}
