/** Opens the audit of a server, and what keeps it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Audit, createAudit } from './audit/audit.ts';
import { createAuditKeeper } from './audit/keep.ts';
import { every } from './chores.ts';
import type { ClockWatch } from './clock/clock-watch.ts';
import type { Config } from './config.ts';
import type { Metrics } from './http/metrics.ts';
import type { Log } from './log.ts';
import type { Secret } from './secret/secret.ts';
import type { Storage } from './storage.ts';

interface Parts {
  config: Config;
  secret: Secret;
  storage: Storage;
  log: Log;
  now: () => number;
  /** With a wrong one everything would be past its time. */
  clock: Pick<ClockWatch, 'requireRight' | 'untilRight'>;
  resources: AsyncDisposableStack;
  metrics: Pick<Metrics, 'countLostAuditEvents'>;
}

const minute = 60_000;

/** What it has written is stored, and vouched for, before `resources` are gone. */
export function openAudit(parts: Parts): Audit {
  const { config, secret, storage, log, now, clock, resources, metrics } = parts;
  const audit = createAudit({ storage, secret, now, log, onLost: metrics.countLostAuditEvents });
  const { checkpointsFile: file, retentionDays } = config.audit;
  const keeper = createAuditKeeper({
    ...{ storage, signer: secret.checkpoints, issuer: config.issuer },
    ...{ file, retentionDays, record: audit.record, log, now },
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  resources.defer(() =>
    Promise.try(clock.requireRight)
      .then(keeper.finish)
      .catch((err: unknown) => log.debug({ err }, 'no last checkpoint')),
  );
  resources.defer(() => audit.flush());
  resources.defer(() => stopping.abort());
  // Not at once: a start has other things to do.
  void delay(minute / 6, undefined, { signal, ref: false })
    .then(() => every(minute, { signal, log }, () => clock.untilRight(signal).then(keeper.round)))
    .catch(() => {});
  return audit;
}
