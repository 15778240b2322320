/** What the audit needs done again and again, by one instance of many: checkpoints, and the end of what is old. */
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import type { LeaseRepository } from '../leases/lease.ts';
import type { Log } from '../log.ts';
import type { RecordAudit } from './audit.ts';
import type { AuditCheckpoint } from './checkpoint.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import { type RetentionDependencies, removeOld } from './retention.ts';

export interface KeepDependencies extends RetentionDependencies {
  storage: RetentionDependencies['storage'] & { leases: Pick<LeaseRepository, 'acquire' | 'release'> };
  /** Where checkpoints are written beside the storage; to the log where there is no file. */
  file: string | undefined;
  record: RecordAudit;
  log: Pick<Log, 'info' | 'error'>;
}

export interface AuditKeeper {
  /** Makes a checkpoint where something is new, and once an hour removes what is old, unless another instance does. */
  round(): Promise<void>;
  /** Before this instance stops: vouches for what it has written, and lets others go on. */
  finish(): Promise<void>;
}

const hour = 60 * 60 * 1000;
const lease = { id: 'audit', lastsMs: 3 * 60_000 };

export function createAuditKeeper(dependencies: KeepDependencies): AuditKeeper {
  const { storage, now, record } = dependencies;
  const owner = randomUUID();
  const publish = createPublisher(dependencies);
  let nextRemoval = 0;

  async function round(): Promise<void> {
    const until = now() + lease.lastsMs;
    if (!(await storage.leases.acquire({ id: lease.id, owner, until }, now()))) return;
    await publish(await makeCheckpoint(dependencies));
    if (now() < nextRemoval) return;
    nextRemoval = now() + hour;
    const removed = await removeOld(dependencies);
    if (!removed) return;
    await publish(removed.checkpoint);
    const { events, checkpoint } = removed;
    await record({ type: 'audit.removed', details: { events, checkpoint: checkpoint.no } });
  }

  return {
    round,
    async finish() {
      await round();
      await storage.leases.release(lease.id, owner);
    },
  };
}

/** What could not be written is written with the next one. */
function createPublisher({ file, log }: Pick<KeepDependencies, 'file' | 'log'>) {
  let waiting: AuditCheckpoint[] = [];
  return async (checkpoint: AuditCheckpoint | undefined): Promise<void> => {
    if (checkpoint) waiting.push(checkpoint);
    if (waiting.length === 0) return;
    if (file === undefined)
      for (const { no, jws } of waiting) log.info({ no, checkpoint: jws }, 'audit checkpoint');
    else
      try {
        const lines = waiting.map(({ jws }) => `${jws}\n`).join('');
        await appendFile(file, lines, { mode: 0o600, flush: true });
      } catch (err) {
        return log.error({ err, file }, 'audit checkpoints cannot be written beside the storage');
      }
    waiting = [];
  };
}
