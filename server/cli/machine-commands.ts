import type { Command } from 'commander';
import { generateRoot } from '../secret/secret.ts';
import { withAdministration, withInstallation } from './installation.ts';
import { instant, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';
import { linkLines } from './user-commands.ts';

/** What only whoever has the machine may do. */
export function addMachineCommands(program: Command, surroundings: Surroundings): void {
  leaf(program, 'secret', 'print a new installation secret; nothing is changed').action((options) => {
    const secret = generateRoot();
    show(surroundings, options, { data: { secret }, lines: [secret] });
  });
  leaf(program, 'setup-link', 'make the link by which the first administrator comes in (1 hour)')
    .option('--for <user>', 'for an administrator there is already: one more passkey')
    .action(async (options: { json?: boolean; for?: string }) => {
      const { for: user } = options;
      const data = await withAdministration(surroundings, ({ people }) =>
        user === undefined ? people.setupLink() : people.setupLinkFor({ user }),
      );
      const what =
        user === undefined ? 'Open this link to become the administrator:' : `A new passkey for ${user}:`;
      show(surroundings, options, { data, lines: linkLines(what, data.link) });
    });
  const keys = program.command('keys').description('keys that sign tokens');
  leaf(keys, 'list', 'all signing keys').action(async (options) => {
    const stored = await withInstallation(surroundings, ({ storage }) => storage.signingKeys.list());
    const data = stored.map(({ sealedJwk: _sealed, ...key }) => key);
    const rows = data.map(({ id, alg, status, createdAt }) => [id, alg, status, instant(createdAt)]);
    const lines = table(
      ['key id', 'algorithm', 'status', 'made'],
      rows,
      'There are none: the first start makes them.',
    );
    show(surroundings, options, { data, lines });
  });
}
