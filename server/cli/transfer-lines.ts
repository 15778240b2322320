import type { Finding } from '../transfer/content.ts';
import type { TransferReport } from '../transfer/report.ts';
import { table } from './output.ts';

/** The report for people: numbers, then everything by its name. */
export function reportLines(report: TransferReport): readonly string[] {
  const { counts, conflicts, left, notes } = report;
  const rows = Object.entries(counts).map(([kind, { added, present, conflict, left: leftOut }]) =>
    [kind, added, present, conflict, leftOut].map(String),
  );
  const added = report.done ? 'added' : 'to add';
  return [
    ...table(['', added, 'here already', 'in the way', 'left'], rows, 'There is nothing in it.'),
    ...chapter('In the way:', conflicts),
    ...chapter('Could not come over:', left),
    ...chapter('To know:', notes),
    '',
    ending(report),
  ];
}

function chapter(heading: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return ['', heading, ...findings.map(({ kind, item, text }) => `  ${kind} ${item} ${text}.`)];
}

function ending({ done, dryRun, conflicts }: TransferReport): string {
  if (done) return 'Done. The same again does nothing again.';
  if (conflicts.length > 0)
    return 'Nothing was changed, because something is in the way. With --merge, what is here stays and the rest comes over.';
  return dryRun ? 'Nothing was changed: this was a dry run.' : 'Nothing was changed.';
}
