/** A command for every operation: what is not written by hand comes out of the table. */
import type { Command } from 'commander';
import type { Operation } from '../../admin/operation.ts';
import { operations } from '../../admin/operations.ts';
import type { Surroundings } from '../surroundings.ts';
import { apiSpecs } from './api-specs.ts';
import { appSpecs } from './app-specs.ts';
import { kebab } from './fields.ts';
import { addOperationCommand, type CommandSpec, type Named } from './operation-command.ts';
import { otherSpecs } from './other-specs.ts';
import { peopleSpecs } from './people-specs.ts';

type Table = typeof operations;
type OperationId = { [A in keyof Table]: `${A}.${keyof Table[A] & string}` }[keyof Table];

/** Commands that do more than one operation, or read what they send from a file. */
export const writtenByHand: Partial<Record<OperationId, string>> = {
  'people.list': 'user list',
  'people.show': 'user show',
  'people.invite': 'user invite',
  'people.recover': 'user recover',
  'people.setupLink': 'setup-link',
  'people.setupLinkFor': 'setup-link',
  'groups.show': 'group show',
  'groups.listMembers': 'group show',
  'apps.show': 'app show',
  'policy.show': 'policy show',
  'policy.check': 'policy check',
  'policy.apply': 'policy apply',
  'metadata.status': 'metadata status',
  'metadata.refresh': 'metadata refresh',
  'metadata.search': 'metadata search',
  'metadata.show': 'metadata show',
  'metadata.affected': 'metadata affected',
  'audit.list': 'audit list',
};

const specs: Partial<Record<string, CommandSpec>> = {
  ...appSpecs,
  ...apiSpecs,
  ...peopleSpecs,
  ...otherSpecs,
};

/** As whoever types calls them: the singular of the area. */
const areaNames: Record<string, string> = { people: 'user' };
const areaName = (area: string): string => areaNames[area] ?? kebab(area).replace(/s$/, '');

interface OperationCommand extends Named {
  id: string;
  command: string;
}

/** Each operation with its command, in the order of the table. */
export const operationCommands: readonly OperationCommand[] = Object.entries(operations).flatMap(
  ([area, named]) =>
    Object.entries<Operation>(named).map(([name, operation]) => {
      const id = `${area}.${name}`;
      const ownName = specs[id]?.command ?? `${areaName(area)} ${kebab(name)}`;
      return { id, area, name, operation, command: writtenByHand[id as OperationId] ?? ownName };
    }),
);

const groups: readonly (readonly [name: string, about: string])[] = [
  ['app', 'client applications'],
  ['api', 'APIs that apps get tokens for'],
  ['user', 'people'],
  ['group', 'groups of people, told to apps in the groups claim'],
  ['session', 'where people are signed in'],
  ['grant', 'what apps have of people'],
  ['sign-in', 'who signed in with what'],
  ['keys', 'keys that sign tokens'],
  ['system', 'the release, the settings and their health'],
  ['overview', 'what there is, in figures'],
  ['attribute', 'claims of your own, and whose they are'],
  ['approval', 'recoveries that wait for a second person'],
  ['registration-token', 'tokens by which apps register themselves'],
];

export function addOperationCommands(program: Command, surroundings: Surroundings): void {
  for (const [name, about] of groups)
    if (!program.commands.some((each) => each.name() === name)) program.command(name).description(about);
  for (const each of operationCommands)
    if (!(each.id in writtenByHand))
      addOperationCommand(program, surroundings, {
        ...each,
        spec: specOf(each),
      });
}

/** The id of an app is its client id, wherever it is typed. */
function specOf({ id, area, command }: OperationCommand): CommandSpec & { command: string } {
  const spec = specs[id] ?? {};
  return { ...spec, command, ...(area === 'apps' && { called: { id: 'client-id', ...spec.called } }) };
}
