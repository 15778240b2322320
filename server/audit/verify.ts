/** Whether the audit is what was written down: every chain by itself, and all of them by signed checkpoints. */
import type { KeyObject } from 'node:crypto';
import type { AuditCheckpointRepository } from './checkpoint.ts';
import type { AuditEventRepository } from './event.ts';
import { readExpectations } from './expectations.ts';
import type { Problem } from './problem.ts';
import { verifyEvents } from './verify-events.ts';

export interface Verified {
  events: number;
  chains: number;
  checkpoints: number;
  problems: number;
  /** Changes whose intent has no outcome. */
  openChanges: number;
}

interface Verification {
  storage: {
    auditEvents: Pick<AuditEventRepository, 'listByPlace'>;
    auditCheckpoints: Pick<AuditCheckpointRepository, 'list'>;
  };
  publicKeys: readonly KeyObject[];
  /** Checkpoints that were written beside the storage: without them whoever holds it can cut off both ends. */
  lines?: AsyncIterable<string> | undefined;
  onProblem: (problem: Problem) => void;
  /** Gets 0–1. */
  onProgress?: (share: number) => void;
}

export async function verifyAudit(verification: Verification): Promise<Verified> {
  const { storage, publicKeys, lines, onProblem, onProgress } = verification;
  let problems = 0;
  const report = (problem: Problem) => {
    problems += 1;
    onProblem(problem);
  };
  const { auditEvents, auditCheckpoints } = storage;
  const expectations = await readExpectations({ auditCheckpoints, publicKeys, lines, report });
  const progress = onProgress && { onProgress };
  const found = await verifyEvents({ auditEvents, expectations, report, ...progress });
  return { ...found, checkpoints: expectations.checkpoints, problems };
}
