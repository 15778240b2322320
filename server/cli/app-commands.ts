import type { Command } from 'commander';
import { facts, untold } from './app-lines.ts';
import { withAdministration } from './installation.ts';
import { remoteLeaf, show } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** Beside those that come out of the operations: what it could not be told stands beside an app. */
export function addAppCommands(program: Command, surroundings: Surroundings): void {
  const app = program.command('app').description('client applications');
  remoteLeaf(app, 'show <client-id>', 'one app').action(async (id: string, options) => {
    const data = await withAdministration(surroundings, async ({ apps, logoutNotices }) => ({
      ...(await apps.show({ id })),
      logoutNotices: await logoutNotices.list({ app: id }),
    }));
    show(surroundings, options, { data, lines: [...facts(data), ...untold(data)] });
  });
}
