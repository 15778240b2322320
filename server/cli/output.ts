import type { Command } from 'commander';
import type { Page } from '../storage.ts';
import type { Surroundings } from './surroundings.ts';

/** Every command tells the same thing twice: as JSON for scripts, and in lines for people. */
export function show(
  { out }: Pick<Surroundings, 'out'>,
  options: { json?: boolean },
  told: { data: unknown; lines: readonly string[] },
): void {
  out(
    options.json
      ? `${JSON.stringify(told.data, undefined, 2)}\n`
      : told.lines.map((line) => `${line}\n`).join(''),
  );
}

/** A command with `--json`. */
export function leaf(parent: Command, nameAndArguments: string, description: string): Command {
  return parent.command(nameAndArguments).description(description).option('--json', 'print JSON');
}

/** Columns, aligned, with a heading; or a sentence where there is nothing. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): readonly string[] {
  if (rows.length === 0) return [empty];
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `2026-11-22 13:45 UTC`. */
export function instant(at: number | undefined): string {
  return at === undefined ? '–' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Every record, page by page. */
export async function all<T>(
  list: (query: { after?: string; limit: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await list({ limit: 200, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
