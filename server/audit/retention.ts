/** Removes events that are older than they are to be kept, and keeps what the others are verified by. */
import type { AuditKeyRepository } from './audit-key.ts';
import type { AuditCheckpoint, ChainHead } from './checkpoint.ts';
import { readCheckpoint } from './checkpoint-jws.ts';
import { type CheckpointDependencies, makeCheckpoint } from './make-checkpoint.ts';
import { nobodysKey } from './personal.ts';

export interface RetentionDependencies extends CheckpointDependencies {
  storage: CheckpointDependencies['storage'] & { auditKeys: Pick<AuditKeyRepository, 'findMany' | 'erase'> };
  retentionDays: number;
}

export interface Removed {
  checkpoint: AuditCheckpoint;
  events: number;
}

const day = 24 * 60 * 60 * 1000;
const pageSize = 500;

/**
 * Removes what checkpoints vouch for that are older than events are kept: whole segments, each up to where a checkpoint
 * saw the end of its chain. First a new checkpoint says so; whatever a crash leaves is removed by the next run.
 * @returns `undefined` where there is nothing to remove
 */
export async function removeOld(dependencies: RetentionDependencies): Promise<Removed | undefined> {
  const { storage, signer, retentionDays, now } = dependencies;
  const horizon = now() - retentionDays * day;
  const old = await readOld(dependencies, horizon);
  if (!old) return undefined;
  const upTo = new Map<string, ChainHead>();
  const before = old.removedIn === undefined ? undefined : await findRemoved(dependencies, old.removedIn);
  for (const head of [...(before?.upTo ?? []), ...old.heads]) upTo.set(head.chain, head);
  const kept: ChainHead[] = [];
  for (const head of upTo.values())
    if (((await storage.auditEvents.findLast(head.chain))?.sequence ?? -1) > head.sequence) kept.push(head);
  const checkpoint = await makeCheckpoint(dependencies, { from: old.next, upTo: kept });
  if (!checkpoint) return undefined;
  let events = 0;
  for (const head of upTo.values()) events += await storage.auditEvents.removeUpTo(head);
  const keys = await storage.auditKeys.findMany(nobodysKeys(old.at, horizon));
  for (const { id, erasedAt } of keys) if (erasedAt === undefined) await storage.auditKeys.erase(id, now());
  await storage.auditChains.removeBefore(horizon);
  await storage.auditCheckpoints.removeBelow(old.next);
  return { checkpoint, events };

  async function findRemoved({ storage: { auditCheckpoints } }: RetentionDependencies, no: number) {
    const [found] = await auditCheckpoints.list({ from: no, limit: 1 });
    return found && readCheckpoint(found.jws, signer.publicKeys)?.removed;
  }
}

/** Checkpoints that may go, with what they saw; the last of all stays, because the next one follows it. */
async function readOld({ storage, signer }: RetentionDependencies, horizon: number) {
  const heads: ChainHead[] = [];
  const times = { first: undefined as number | undefined, last: 0 };
  const last = await storage.auditCheckpoints.findLast();
  for (let from = 1; last; ) {
    const page = await storage.auditCheckpoints.list({ from, limit: pageSize });
    for (const { no, at, jws } of page) {
      if (at > horizon || no === last.no) {
        if (times.first === undefined) return undefined;
        const removedIn = readCheckpoint(last.jws, signer.publicKeys)?.removedIn;
        return { heads, next: no, at: { from: times.first, to: times.last }, removedIn };
      }
      times.first ??= at;
      times.last = at;
      heads.push(...(readCheckpoint(jws, signer.publicKeys)?.heads ?? []));
    }
    from = (page.at(-1)?.no ?? last.no) + 1;
  }
  return undefined;
}

/** Of months that are over before the horizon, from the one before the first checkpoint on. */
function nobodysKeys({ from, to }: { from: number; to: number }, horizon: number): string[] {
  const keys = new Set<string>();
  for (let at = from - 31 * day; at <= to; at += day) keys.add(nobodysKey(at));
  keys.delete(nobodysKey(horizon));
  return [...keys];
}
