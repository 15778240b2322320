import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';

/** The service did not answer, or not as it should: nothing is known of what it did. */
export class LinkError extends Error {
  /** The request was never sent, or nothing came back. */
  readonly broken: boolean;

  constructor(message: string, { broken = false, cause }: { broken?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'LinkError';
    this.broken = broken;
  }
}

export type LinkState = 'up' | 'down';

export interface Resilience {
  /** Runs `work` within the deadline, once more if the connection broke and `repeatable` says that it may be. */
  run<T>(work: (signal: AbortSignal) => Promise<T>, options: { repeatable: boolean }): Promise<T>;
}

const deadline = 3_000;
/** Calls at once, and calls that may wait for them; any more is told at once that it is too much. */
const [atOnce, waiting] = [32, 128];
/** So many failures in a row, and nobody is made to wait for the next. */
const patience = 3;
const pause = 1_000;

/**
 * Keeps a manager that is away from taking the provider along: nobody waits longer than the deadline, and once it is
 * known to be away nobody waits at all. After a pause one call tries again.
 */
export function createResilience(onState: (state: LinkState, why?: string) => void): Resilience {
  let known: LinkState = 'up';
  let why: string | undefined;
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof LinkError || error instanceof TaskCancelledError),
    { halfOpenAfter: pause, breaker: new ConsecutiveBreaker(patience) },
  );
  breaker.onFailure(({ reason }) => {
    why = 'error' in reason ? String((reason.error as Error).message) : undefined;
  });
  // Each try that fails opens it once more: only what is new is told.
  breaker.onStateChange((state) => {
    const next = state === CircuitState.Open ? 'down' : state === CircuitState.Closed ? 'up' : known;
    if (next !== known) onState(next, next === 'down' ? why : undefined);
    known = next;
  });
  const limit = timeout(deadline, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
  const once = wrap(bulkhead(atOnce, waiting), breaker, limit);
  const again = retry(
    handleType(LinkError, ({ broken }) => broken),
    { maxAttempts: 1 },
  );
  const twice = wrap(again, once);
  return {
    run: (work, { repeatable }) => (repeatable ? twice : once).execute(({ signal }) => work(signal)),
  };
}
