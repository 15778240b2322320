/** Signs where every chain stands, one checkpoint after the other. */
import type { KeyObject } from 'node:crypto';
import { ConflictError } from '../errors.ts';
import type { Secret } from '../secret/secret.ts';
import { announcedEveryMs } from './audit.ts';
import type {
  AuditChainRepository,
  AuditCheckpoint,
  AuditCheckpointRepository,
  ChainHead,
  CheckpointClaims,
} from './checkpoint.ts';
import { hashCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint-jws.ts';
import type { AuditEventRepository } from './event.ts';

export interface CheckpointDependencies {
  storage: {
    auditEvents: Pick<AuditEventRepository, 'findLast' | 'listByPlace' | 'removeUpTo'>;
    auditCheckpoints: AuditCheckpointRepository;
    auditChains: Pick<AuditChainRepository, 'list' | 'removeBefore'>;
  };
  signer: Secret['checkpoints'];
  issuer: string;
  now: () => number;
}

/** A chain whose process said so long ago that it goes on may have gone on since. */
const lookBack = 5 * announcedEveryMs;
const pageSize = 500;

/**
 * Makes the next checkpoint where there is something new, or something to say of what was removed.
 * @returns it, or `undefined` where there is nothing new or another instance was faster
 */
export async function makeCheckpoint(
  dependencies: CheckpointDependencies,
  removed?: CheckpointClaims['removed'],
): Promise<AuditCheckpoint | undefined> {
  const { storage, signer, issuer, now } = dependencies;
  const last = await storage.auditCheckpoints.findLast();
  const heads = last ? await newHeads(dependencies, last) : await allHeads(storage.auditEvents);
  if (heads.length === 0 && !removed) return undefined;
  const [no, at] = last ? [last.no + 1, Math.max(now(), last.at)] : [1, now()];
  const removedIn = removed ? no : last && readCheckpoint(last.jws, signer.publicKeys)?.removedIn;
  const claims: CheckpointClaims = {
    ...{ iss: issuer, no, at, previous: last ? hashCheckpoint(last.jws) : '', heads },
    ...(removed && { removed }),
    ...(removedIn !== undefined && { removedIn }),
  };
  const checkpoint = { id: String(no), no, at, jws: signCheckpoint(claims, signer) };
  try {
    await storage.auditCheckpoints.insert(checkpoint);
    return checkpoint;
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}

/** Of chains that have gone on since the last checkpoint. */
async function newHeads(
  { storage, signer }: CheckpointDependencies,
  last: AuditCheckpoint,
): Promise<ChainHead[]> {
  const known = await recentHeads(storage.auditCheckpoints, { last, publicKeys: signer.publicKeys });
  const heads: ChainHead[] = [];
  for (const chain of await chainsSince(storage.auditChains, last.at - lookBack)) {
    const head = await headOf(storage.auditEvents, chain);
    if (head && head.sequence > (known.get(chain) ?? -1)) heads.push(head);
  }
  return heads;
}

/** The last place of each chain that checkpoints saw lately: of all those that may go on. */
async function recentHeads(
  auditCheckpoints: Pick<AuditCheckpointRepository, 'list'>,
  { last, publicKeys }: { last: AuditCheckpoint; publicKeys: readonly KeyObject[] },
): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  for (let to = last.no + 1; to > 1; ) {
    const from = Math.max(1, to - 20);
    const page = (await auditCheckpoints.list({ from, limit: 20 })).filter(({ no }) => no < to);
    for (const { jws } of page.toReversed())
      for (const { chain, sequence } of readCheckpoint(jws, publicKeys)?.heads ?? [])
        if (!known.has(chain)) known.set(chain, sequence);
    const [first] = page;
    if (!first || first.at < last.at - 2 * lookBack) break;
    to = first.no;
  }
  return known;
}

async function chainsSince(auditChains: Pick<AuditChainRepository, 'list'>, from: number) {
  const chains = new Set<string>();
  for (let since = Math.max(from, 0); ; ) {
    const page = await auditChains.list({ since, limit: pageSize });
    const before = chains.size;
    for (const { id } of page) chains.add(id);
    if (page.length < pageSize || chains.size === before) return chains;
    since = page.at(-1)?.at ?? since;
  }
}

async function headOf(auditEvents: Pick<AuditEventRepository, 'findLast'>, chain: string) {
  const last = await auditEvents.findLast(chain);
  return last && { chain, sequence: last.sequence, hash: last.hash };
}

/** For the first checkpoint: from one chain to the next. */
async function allHeads(auditEvents: Pick<AuditEventRepository, 'findLast' | 'listByPlace'>) {
  const heads: ChainHead[] = [];
  for (let chain = ''; ; ) {
    const after = { chain, sequence: Number.MAX_SAFE_INTEGER };
    const [first] = await auditEvents.listByPlace({ after, limit: 1 });
    if (!first) return heads;
    chain = first.chain;
    const head = await headOf(auditEvents, chain);
    if (head) heads.push(head);
  }
}
