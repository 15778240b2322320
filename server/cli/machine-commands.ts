import type { Command } from 'commander';
import { withAdministration } from './installation.ts';
import { leaf, show } from './output.ts';
import type { Surroundings } from './surroundings.ts';
import { linkLines } from './user-commands.ts';

/** What only whoever has the machine may do. */
export function addMachineCommands(program: Command, surroundings: Surroundings): void {
  leaf(program, 'setup-link', 'make the link by which the first administrator comes in (1 hour)')
    .option('--for <user>', 'for an administrator there is already: one more passkey')
    .action(async (options: { json?: boolean; for?: string }) => {
      const { for: user } = options;
      const data = await withAdministration(surroundings, ({ people }) =>
        user === undefined ? people.setupLink({}) : people.setupLinkFor({ user }),
      );
      const what =
        user === undefined ? 'Open this link to become the administrator:' : `A new passkey for ${user}:`;
      show(surroundings, options, { data, lines: linkLines(what, data.link) });
    });
}
