import type { Command } from 'commander';
import { all } from '../admin/pages.ts';
import { withAdministration } from './installation.ts';
import { remoteLeaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** Beside those that come out of the operations: a group and who is in it. */
export function addGroupCommands(program: Command, surroundings: Surroundings): void {
  const group = program.command('group').description('groups of people, told to apps in the groups claim');
  remoteLeaf(group, 'show <group>', 'who is in a group').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, async ({ groups }) => ({
      ...(await groups.show({ group: name })),
      members: await all((query) => groups.listMembers({ group: name, ...query })),
    }));
    const { description, members } = data;
    const rows = members.map((account) => [account.userName, account.name]);
    const lines = table(['user name', 'name'], rows, 'Nobody is in it.');
    show(surroundings, options, { data, lines: [...(description ? [description, ''] : []), ...lines] });
  });
}
