/** An audit on a real storage, with a clock and checkpoints that a test makes, and with hands that change what is stored. */
import { createAudit } from '../audit/audit.ts';
import type { AuditCheckpoint } from '../audit/checkpoint.ts';
import type { AuditEvent } from '../audit/event.ts';
import { createAuditKeeper } from '../audit/keep.ts';
import type { Problem } from '../audit/problem.ts';
import { verifyAudit } from '../audit/verify.ts';
import { createLog } from '../log.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';

const log = createLog({ level: 'silent', format: 'json' });
const issuer = 'https://login.example.com';
export const minute = 60_000;
export const day = 24 * 60 * minute;

export interface Stored {
  events: AuditEvent[];
  checkpoints: AuditCheckpoint[];
}

export function openAudited(storage: Storage) {
  const clock = { now: Date.UTC(2026, 0, 15) };
  const now = () => clock.now;
  const secret = createSecret(generateRoot());
  /** What was written beside the storage. */
  const lines: string[] = [];
  const start = () => createAudit({ storage, secret, now, log });
  const keeper = (
    retentionDays = 365,
    { file, onError }: { file?: string; onError?: (facts: unknown) => void } = {},
  ) => {
    const audit = start();
    const told = {
      info: ({ checkpoint }: { checkpoint?: string }) => void lines.push(checkpoint ?? ''),
      error: (facts: unknown) => onError?.(facts),
    };
    return createAuditKeeper({
      ...{ storage, signer: secret.checkpoints, issuer, retentionDays, file, now },
      record: audit.record,
      log: told as never,
    });
  };
  return {
    ...{ storage, clock, secret, lines, start, keeper },
    read: () => readStored(storage),
    /** Puts this in the place of all that is stored. */
    async write({ events, checkpoints }: Stored): Promise<void> {
      const { auditEvents, auditCheckpoints } = storage;
      for (const { chain } of (await readStored(storage)).events)
        await auditEvents.removeUpTo({ chain, sequence: Number.MAX_SAFE_INTEGER });
      await auditEvents.insertMany(events);
      await auditCheckpoints.removeBelow(Number.MAX_SAFE_INTEGER);
      for (const checkpoint of checkpoints) await auditCheckpoints.insert(checkpoint);
    },
    async verify(beside?: readonly string[]) {
      const problems: Problem[] = [];
      const verified = await verifyAudit({
        storage,
        publicKeys: secret.checkpoints.publicKeys,
        lines: beside && asLines(beside),
        onProblem: (problem) => problems.push(problem),
      });
      return { ...verified, found: problems };
    },
  };
}

async function* asLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function readStored({ auditEvents, auditCheckpoints }: Storage): Promise<Stored> {
  return {
    events: await auditEvents.listByPlace({ limit: 100_000 }),
    checkpoints: await auditCheckpoints.list({ from: 1, limit: 100_000 }),
  };
}
