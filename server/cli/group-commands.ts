import type { Command } from 'commander';
import { withAdministration } from './installation.ts';
import { all, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

export function addGroupCommands(program: Command, surroundings: Surroundings): void {
  const group = program.command('group').description('groups of people, told to apps in the groups claim');
  leaf(group, 'add <name>', 'make a group')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, options: { json?: boolean; description?: string }) => {
      const { description } = options;
      const data = await withAdministration(surroundings, ({ groups }) =>
        groups.add({ name, ...(description && { description }) }),
      );
      show(surroundings, options, { data, lines: [`Made the group ${data.name}.`] });
    });
  leaf(group, 'list', 'all groups').action(async (options) => {
    const data = await withAdministration(surroundings, ({ groups }) => all(groups.list));
    const rows = data.map(({ name, description = '' }) => [name, description]);
    show(surroundings, options, {
      data,
      lines: table(['name', 'description'], rows, 'There are no groups yet.'),
    });
  });
  leaf(group, 'show <group>', 'who is in a group').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, ({ groups }) =>
      all((query) => groups.listMembers({ group: name, ...query })),
    );
    const rows = data.map((account) => [account.userName, account.name]);
    show(surroundings, options, { data, lines: table(['user name', 'name'], rows, 'Nobody is in it.') });
  });
  leaf(group, 'remove <group>', 'remove a group').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, ({ groups }) => groups.remove({ group: name }));
    show(surroundings, options, {
      data,
      lines: [`Removed the group ${name}; ${data.members} people were in it.`],
    });
  });
  addMemberCommands(group, surroundings);
}

function addMemberCommands(group: Command, surroundings: Surroundings): void {
  leaf(group, 'add-member <group> <user>', 'put a person into a group').action(
    async (name: string, user: string, options) => {
      const data = await withAdministration(surroundings, ({ groups }) =>
        groups.addMember({ group: name, user }),
      );
      show(surroundings, options, {
        data,
        lines: [`${user} is ${data.changed ? 'now' : 'already'} in ${name}.`],
      });
    },
  );
  leaf(group, 'remove-member <group> <user>', 'take a person out of a group').action(
    async (name: string, user: string, options) => {
      const data = await withAdministration(surroundings, ({ groups }) =>
        groups.removeMember({ group: name, user }),
      );
      show(surroundings, options, {
        data,
        lines: [`${user} is ${data.changed ? 'no longer' : 'not'} in ${name}.`],
      });
    },
  );
}
