import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** What moves the cursor, rings, or turns the writing round: a stranger's user agent or redirect address may hold it. */
const commands = /[[\p{Cc}--[\t\n]]\u202a-\u202e\u2066-\u2069]/gv;

/** Text that no terminal obeys. In JSON it says the same as before. */
export const harmless = (text: string): string =>
  text.replace(commands, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

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

/** A command that an administrator may do from anywhere. */
export function remoteLeaf(parent: Command, nameAndArguments: string, description: string): Command {
  return leaf(parent, nameAndArguments, description).option(
    '--server <address>',
    'ask this server, in place of the machine (default: LATCHKEY_SERVER)',
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
  // Nobody's text makes a line of its own.
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('\n', '\\n')));
  const lines = [headings.map((heading) => heading.toUpperCase()), ...cells];
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
