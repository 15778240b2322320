/** An installation whose storage fails at a call of the test's choice. */
import { openStorage } from '../../adapters/open.ts';
import { StorageError } from '../errors.ts';
import { watchStorage } from './faulty-storage.ts';
import { startInstallation, type TestInstallation } from './installation.ts';

/** Stands in the injected error: must never reach an answer. */
export const injected = 'injected fault';

export interface Faults {
  /** Lets the n-th call from now on fail, counted from 1, and every other one pass. Begins a new count. */
  failAt(n: number): void;
  /** The calls of this name fail from now on, such as `artifacts.upsert`. */
  failCall(name: string): void;
  /** All calls since the count began, by name. */
  readonly calls: readonly string[];
  /** Lets everything pass. Begins a new count. */
  stop(): void;
}

export async function startFaultyInstallation(
  settings: Record<string, string> = {},
): Promise<{ installation: TestInstallation; faults: Faults }> {
  let failing = (_count: number, _call: string) => false;
  let calls: string[] = [];
  const count = (chosen: typeof failing) => {
    failing = chosen;
    calls = [];
  };
  const hooks = {
    before(call: string) {
      calls.push(call);
      if (failing(calls.length, call)) throw new StorageError('unreachable', `${injected} at ${call}`);
    },
  };
  const installation = await startInstallation(settings, async (options) =>
    watchStorage(await openStorage(options), hooks),
  );
  return {
    installation,
    faults: {
      failAt: (n) => count((seen) => seen === n),
      failCall: (name) => count((_seen, call) => call === name),
      get calls() {
        return calls;
      },
      stop: () => count(() => false),
    },
  };
}
