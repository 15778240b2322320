/** Every chain of the audit, by itself and by what checkpoints saw of it. */
import type { ChainBreak, ChainPosition } from './chain.ts';
import { chainStart, verifyChain } from './chain.ts';
import type { ChainHead } from './checkpoint.ts';
import type { AuditEvent, AuditEventRepository } from './event.ts';
import type { Expectations } from './expectations.ts';
import type { ProblemKind, Report } from './problem.ts';
import type { Verified } from './verify.ts';

interface Verification {
  auditEvents: Pick<AuditEventRepository, 'listByPlace'>;
  expectations: Expectations;
  report: Report;
  /** Gets 0–1. */
  onProgress?: (share: number) => void;
}

const pageSize = 1000;
/** Clocks of instances may differ so much, and an event may wait so long for its checkpoint. */
const tolerance = 15 * 60_000;

/** Reads all events, chain by chain. */
export async function verifyEvents(
  verification: Verification,
): Promise<Pick<Verified, 'events' | 'chains' | 'openChanges'>> {
  const { auditEvents, expectations, report, onProgress = () => {} } = verification;
  const seen = new Set<string>();
  const open = new Set<string>();
  let walk: ChainWalk | undefined;
  let events = 0;
  let after: AuditEvent | undefined;
  for (;;) {
    const page = await auditEvents.listByPlace({ after, limit: pageSize });
    for (const event of page) {
      if (event.chain !== walk?.chain) {
        walk?.end();
        walk = walkChain(event.chain, expectations, report);
        seen.add(event.chain);
      }
      walk.take(event);
      noteChange(open, event);
    }
    events += page.length;
    after = page.at(-1);
    if (!after || page.length < pageSize) break;
    onProgress(Number.parseInt(after.chain.slice(0, 4), 16) / 0x10000 || 0);
  }
  walk?.end();
  for (const [chain, heads] of expectations.heads)
    if (!seen.has(chain)) report({ kind: 'chain_removed', chain, ...seenBy(heads.at(-1)) });
  onProgress(1);
  const openChanges = [...open].filter((name) => name.startsWith('intent ')).length;
  return { events, chains: seen.size, openChanges };
}

const seenBy = (head: { no: number | undefined } | undefined) =>
  head?.no === undefined ? {} : { checkpoint: head.no };

/** An intent may be in one chain and its outcome in another, so both orders come. */
function noteChange(open: Set<string>, { changeId, outcome }: AuditEvent): void {
  if (changeId === undefined) return;
  const [mine, other] = outcome === 'intent' ? ['intent ', 'outcome '] : ['outcome ', 'intent '];
  if (!open.delete(other + changeId)) open.add(mine + changeId);
}

interface ChainWalk {
  chain: string;
  take(event: AuditEvent): void;
  end(): void;
}

/** One chain from its first event to its last. */
function walkChain(chain: string, { heads, upTo, lastAt }: Expectations, report: Report): ChainWalk {
  const base = upTo.get(chain);
  const expected = [
    ...(base ? [{ ...base, no: undefined, seenBefore: 0 }] : []),
    ...(heads.get(chain) ?? []),
  ];
  let position: ChainPosition | undefined;
  let next = 0;

  function checkHead(event: AuditEvent): void {
    while ((expected[next]?.sequence ?? Number.POSITIVE_INFINITY) < event.sequence) next += 1;
    const head = expected[next];
    const place = { chain, sequence: event.sequence };
    if (head && event.at < head.seenBefore - tolerance)
      report({ kind: 'event_backdated', ...place, ...seenBy(head) });
    if (!head && event.at < (lastAt ?? 0) - tolerance) report({ kind: 'event_unvouched', ...place });
    if (head?.sequence === event.sequence && head.hash !== event.hash)
      report({ kind: 'event_changed', ...place, ...seenBy(head) });
  }

  return {
    chain,
    take(event) {
      const { broken } = verifyChain([event], position ?? startOf(base, event));
      if (broken) report({ kind: kinds[broken.problem], chain, sequence: broken.sequence });
      position = { sequence: event.sequence + 1, previousHash: event.hash };
      checkHead(event);
    },
    end() {
      const last = expected.at(-1);
      if (last && position && last.sequence >= position.sequence)
        report({ kind: 'tail_removed', chain, sequence: position.sequence, ...seenBy(last) });
    },
  };
}

/** What retention left when it was broken off may begin anywhere: it is held by the hash of its end. */
function startOf(base: ChainHead | undefined, { sequence, previousHash }: AuditEvent): ChainPosition {
  if (base && sequence <= base.sequence) return { sequence, previousHash };
  return base ? { sequence: base.sequence + 1, previousHash: base.hash } : chainStart;
}

const kinds: Record<ChainBreak['problem'], ProblemKind> = {
  changed: 'event_changed',
  removed: 'event_removed',
  reordered: 'event_reordered',
};
