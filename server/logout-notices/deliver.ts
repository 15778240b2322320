import type { App } from '../apps/app.ts';
import { reachOf } from '../apps/reach.ts';
import type { RecordAudit } from '../audit/audit.ts';
import type { Log } from '../log.ts';
import type { LogoutNotice, LogoutNoticeRepository } from './logout-notice.ts';
import type { Outcome, Send } from './send.ts';

export interface DeliveryDependencies {
  repository: LogoutNoticeRepository;
  findApp: (id: string) => Promise<App | undefined>;
  /** Made at sending, so that it is fresh however long the notice waited. */
  tokenOf: (notice: LogoutNotice) => Promise<string>;
  send: Send;
  /** For the audit; absent where the person is gone. */
  findAccountId: (sub: string) => Promise<string | undefined>;
  record: RecordAudit;
  /** @param result `delivered`, `failed` for an attempt that is repeated, `given_up` */
  onResult?: ((result: 'delivered' | 'failed' | 'given_up') => void) | undefined;
  log: Log;
  now: () => number;
}

export interface Deliverer {
  /** Begins with these, as far as there is a place. */
  deliver(notices: readonly LogoutNotice[]): void;
  /** Begins with what is due of every app. Resolves when it has begun. */
  round(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Deliveries at once: in all, and to one app. An app that is dead holds up its own. */
const [mostAtOnce, mostPerApp] = [16, 2];
/** So many in a row, then others get the place. */
const longestRow = 20;
/** Longer than an attempt takes: who has a notice for so long has died, and somebody else tries. */
const claimedFor = 30_000;

const [second, minute] = [1000, 60_000];
/** Pauses between attempts, about an hour in all; then it is given up. */
const pauses = [10 * second, minute, 5 * minute, 15 * minute, 40 * minute];

const day = 24 * 60 * minute;

/**
 * Delivers what waits, at least once each: a notice is claimed by counting an attempt, which one of many instances
 * succeeds in, and a claim that was not settled runs out. Whatever ends a session waits for none of this.
 */
export function createDeliverer(dependencies: DeliveryDependencies): Deliverer {
  const { repository, log, now } = dependencies;
  const underWay = new Map<Promise<void>, string>();
  /** The app that the last round ended with: the next one goes on from there. */
  let after = '';

  const placesFor = (appId: string) => {
    const own = [...underWay.values()].filter((busy) => busy === appId).length;
    return Math.min(mostAtOnce - underWay.size, mostPerApp - own);
  };

  function begin(appId: string, first: LogoutNotice): void {
    if (placesFor(appId) <= 0) return;
    const row = deliverRow(dependencies, first)
      // The notice stays, and its claim runs out.
      .catch((err) => log.warn({ err, appId }, 'logout notice not settled'))
      .finally(() => underWay.delete(row));
    underWay.set(row, appId);
  }

  return {
    deliver(notices) {
      for (const notice of notices) begin(notice.appId, notice);
    },
    async round() {
      while (underWay.size < mostAtOnce) {
        const appId = await repository.findNextApp({ state: 'pending', after });
        after = appId ?? '';
        if (appId === undefined) return;
        const limit = placesFor(appId);
        if (limit <= 0) continue;
        const due = await repository.list({ state: 'pending', appId, until: now(), limit });
        for (const notice of due) begin(appId, notice);
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.keys());
    },
  };
}

/** One app's notices, one after the other, until one fails: then the app is left alone for a while. */
async function deliverRow(dependencies: DeliveryDependencies, first: LogoutNotice): Promise<void> {
  const { repository, now } = dependencies;
  const { appId } = first;
  let due = [first];
  for (let count = 0; count < longestRow; count += 1) {
    const [notice] = due;
    if (!notice) return;
    const claimed = await claim(dependencies, notice);
    if (claimed && !(await attempt(dependencies, claimed))) return;
    due = await repository.list({ state: 'pending', appId, until: now(), limit: 1 });
  }
}

async function claim(
  { repository, now }: DeliveryDependencies,
  notice: LogoutNotice,
): Promise<LogoutNotice | undefined> {
  const attempts = notice.attempts + 1;
  const claimed = { ...notice, attempts, nextAttemptAt: now() + claimedFor };
  return (await repository.update(claimed, notice.attempts)) ? claimed : undefined;
}

/** Tells whether it was delivered. */
async function attempt(dependencies: DeliveryDependencies, notice: LogoutNotice): Promise<boolean> {
  const { repository, now, onResult, log } = dependencies;
  const outcome = await outcomeOf(dependencies, notice);
  const settled = settle(notice, outcome, now());
  // Whoever took too long has lost the notice to somebody else, who settles it.
  if (!(await repository.update(settled, notice.attempts))) return outcome.delivered;
  const { id, appId, attempts, state, lastFailure } = settled;
  if (state === 'pending') {
    onResult?.('failed');
    log.info(
      { appId, notice: id, attempts, reason: lastFailure },
      'logout notice not delivered, tried again',
    );
    return false;
  }
  await tell(dependencies, settled);
  return outcome.delivered;
}

async function outcomeOf(
  { findApp, tokenOf, send }: DeliveryDependencies,
  notice: LogoutNotice,
): Promise<Outcome> {
  const app = await findApp(notice.appId);
  const uri = app?.backchannelLogoutUri;
  const failure = 'the app is gone, or no longer wants to be told';
  if (!app || uri === undefined) return { delivered: false, failure, isFinal: true };
  try {
    return await send({ uri, reach: reachOf(app) }, await tokenOf(notice));
  } catch (error) {
    // One attempt like any other, so that there is an end to them.
    return { delivered: false, failure: `no logout token was made: ${error}`, isFinal: false };
  }
}

function settle(notice: LogoutNotice, outcome: Outcome, now: number): LogoutNotice {
  const { lastFailure: _before, ...rest } = notice;
  if (outcome.delivered)
    return {
      ...rest,
      state: 'delivered',
      nextAttemptAt: now,
      expiresAt: Math.min(rest.expiresAt, now + day),
    };
  // Its first answer may have been lost, and whoever looks at the `jti` refuses a token that comes again.
  const isRepeat = outcome.isFinal && notice.attempts > 1;
  const lastFailure = isRepeat ? `${outcome.failure}; it may have taken it before` : outcome.failure;
  const pause = outcome.isFinal ? undefined : pauses[notice.attempts - 1];
  if (pause === undefined) return { ...rest, lastFailure, state: 'failed', nextAttemptAt: now };
  // With jitter, so that what failed together does not come back together.
  return { ...rest, lastFailure, nextAttemptAt: now + Math.round(pause * (0.8 + 0.4 * Math.random())) };
}

/** What came of a notice in the end. */
async function tell(
  { findAccountId, record, onResult, log }: DeliveryDependencies,
  { id, appId, sub, attempts, state, lastFailure: reason }: LogoutNotice,
): Promise<void> {
  const isDelivered = state === 'delivered';
  onResult?.(isDelivered ? 'delivered' : 'given_up');
  if (!isDelivered) log.warn({ appId, notice: id, attempts, reason }, 'logout notice given up');
  const accountId = await findAccountId(sub);
  await record({
    type: isDelivered ? 'logout_notice.delivered' : 'logout_notice.given_up',
    appId,
    ...(accountId !== undefined && { accountId }),
    ...(reason !== undefined && { reason }),
    // Not from where the session was ended, though that may be what began it.
    origin: {},
    details: { notice: id, sub, attempts },
  });
}
