import type { Finding, TransferContent } from './content.ts';

export type Outcome = 'added' | 'present' | 'conflict' | 'left';

/** Numbers, of each kind of thing. */
export type Counts = Record<Outcome, number>;

export interface TransferReport {
  source: TransferContent['source'];
  dryRun: boolean;
  /** Whether anything was changed. */
  done: boolean;
  /** `added`; `present`: it came over before; `conflict`: something here stands in its way; `left`: it could not. */
  counts: Record<string, Counts>;
  /** What stands in the way. With `merge`, what is here stays. */
  conflicts: Finding[];
  /** What could not come over. */
  left: Finding[];
  /** What came over as something else, or wants to be known. */
  notes: Finding[];
}

export interface Report {
  count(kind: string, outcome: Outcome): void;
  conflict(finding: Finding): void;
  left(finding: Finding): void;
  note(finding: Finding): void;
  written(): Omit<TransferReport, 'dryRun' | 'done'>;
}

export function createReport(content: TransferContent, notesBefore: readonly Finding[]): Report {
  const counts: Record<string, Counts> = {};
  const conflicts: Finding[] = [];
  const left: Finding[] = [];
  const notes: Finding[] = [...notesBefore, ...content.notes];
  const count = (kind: string, outcome: Outcome) => {
    counts[kind] ??= { added: 0, present: 0, conflict: 0, left: 0 };
    counts[kind][outcome] += 1;
  };
  const leave = (finding: Finding) => {
    if (!finding.part) count(finding.kind, 'left');
    left.push(finding);
  };
  for (const finding of content.left) leave(finding);
  return {
    count,
    conflict(finding) {
      count(finding.kind, 'conflict');
      conflicts.push(finding);
    },
    left: leave,
    note: (finding) => void notes.push(finding),
    written: () => ({ source: content.source, counts, conflicts, left, notes }),
  };
}
