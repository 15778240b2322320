/** What checkpoints say that the audit must hold, from the storage and from where they were written beside it. */
import type { KeyObject } from 'node:crypto';
import type { AuditCheckpointRepository, ChainHead, CheckpointClaims } from './checkpoint.ts';
import { hashCheckpoint, readCheckpoint } from './checkpoint-jws.ts';
import type { Report } from './problem.ts';

/** A head that a checkpoint saw. */
interface ExpectedHead extends ChainHead {
  /** The checkpoint. */
  no: number;
  /** When the checkpoint before it was made: what it was the first to see had happened later. */
  seenBefore: number;
}

export interface Expectations {
  /** Of each chain, in the order of its events. */
  heads: ReadonlyMap<string, readonly ExpectedHead[]>;
  /**
   * Of chains that retention has removed, or the beginning of them: the last event that is gone. Where it was broken
   * off some of them are still there, up to and with this one.
   */
  upTo: ReadonlyMap<string, ChainHead>;
  /** When the last checkpoint was made, if there is one. */
  lastAt: number | undefined;
  checkpoints: number;
}

interface Sources {
  auditCheckpoints: Pick<AuditCheckpointRepository, 'list'>;
  publicKeys: readonly KeyObject[];
  /** Lines of files or of the log: each a JWS, or a JSON object whose `checkpoint` is one. Others are passed over. */
  lines?: AsyncIterable<string> | undefined;
  report: Report;
}

interface Known {
  claims: CheckpointClaims;
  hash: string;
}

const pageSize = 500;

export async function readExpectations(sources: Sources): Promise<Expectations> {
  const stored = await readStored(sources);
  const all = new Map(stored);
  await readLines(sources, stored, all);
  const claims = [...all.values()].map((known) => known.claims).sort((a, b) => a.no - b.no);
  const removed = claims.findLast((one) => one.removed)?.removed;
  const from = removed?.from ?? 1;
  const last = Math.max(0, ...all.keys());
  for (let no = from; no <= last; no += 1)
    if (!stored.has(no)) sources.report({ kind: 'checkpoint_removed', checkpoint: no });
  checkOrder(all, sources.report);
  return {
    heads: headsOf(claims.filter(({ no }) => no >= from)),
    upTo: new Map(
      [...claims.filter(({ no }) => no < from).flatMap(({ heads }) => heads), ...(removed?.upTo ?? [])].map(
        (head) => [head.chain, head],
      ),
    ),
    lastAt: claims.at(-1)?.at,
    checkpoints: all.size,
  };
}

async function readStored({ auditCheckpoints, publicKeys, report }: Sources): Promise<Map<number, Known>> {
  const stored = new Map<number, Known>();
  for (let from = 1; ; ) {
    const page = await auditCheckpoints.list({ from, limit: pageSize });
    for (const { no, jws } of page) {
      const claims = readCheckpoint(jws, publicKeys);
      if (claims?.no === no) stored.set(no, { claims, hash: hashCheckpoint(jws) });
      else report({ kind: 'checkpoint_forged', checkpoint: no });
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return stored;
    from = last.no + 1;
  }
}

/** Puts what is new among the others. */
async function readLines(
  { lines, publicKeys, report }: Sources,
  stored: ReadonlyMap<number, Known>,
  all: Map<number, Known>,
): Promise<void> {
  let line = 0;
  for await (const text of lines ?? []) {
    line += 1;
    const jws = jwsIn(text);
    if (jws === undefined) continue;
    const claims = readCheckpoint(jws, publicKeys);
    if (!claims) report({ kind: 'checkpoint_forged', line });
    else {
      const known = { claims, hash: hashCheckpoint(jws) };
      const other = all.get(claims.no);
      if (other && other.hash !== known.hash)
        report({ kind: 'checkpoint_changed', checkpoint: claims.no, line });
      if (!stored.has(claims.no)) all.set(claims.no, known);
    }
  }
}

function jwsIn(text: string): string | undefined {
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text.trim())) return text.trim();
  try {
    const { checkpoint } = JSON.parse(text);
    return typeof checkpoint === 'string' ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}

/** Each names the one before it. */
function checkOrder(all: ReadonlyMap<number, Known>, report: Report): void {
  for (const [no, { claims }] of all) {
    const before = all.get(no - 1);
    if (before && claims.previous !== before.hash) report({ kind: 'checkpoint_changed', checkpoint: no });
  }
}

function headsOf(claims: readonly CheckpointClaims[]): Map<string, ExpectedHead[]> {
  const heads = new Map<string, ExpectedHead[]>();
  let seenBefore = 0;
  for (const { no, at, heads: seen } of claims) {
    for (const head of seen) {
      const known = heads.get(head.chain) ?? [];
      known.push({ ...head, no, seenBefore });
      heads.set(head.chain, known);
    }
    seenBefore = at;
  }
  return heads;
}
