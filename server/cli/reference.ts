/** What the program says of itself with `--help`, as a document: `docs/command.md`. */
import type { Command } from 'commander';
import { createProgram } from './program.ts';
import { remoteSettings } from './remote/remote-settings.ts';

const notHere = async (): Promise<never> => {
  throw new Error('nothing is run');
};

export function printCommandReference(): string {
  const program = createProgram(
    {
      env: {},
      remote: {},
      server: () => undefined,
      openStorage: notHere,
      restoreStorage: notHere,
      out: () => {},
      err: () => {},
      now: () => 0,
      forPeople: false,
    },
    () => {},
  );
  const settings = Object.entries(remoteSettings).map(([name, about]) => `| \`${name}\` | ${about} |`);
  return `# The command

Printed from what \`latchkey --help\` says by \`npm run docs\`. From a checkout it is \`npm run latchkey -- …\`.

A command works on the storage that the [settings](configuration.md) of this machine name, beside the server that may be
running. Those marked with **•** also ask another server, with \`--server ADDRESS\`, as whoever signed in there by
\`latchkey login\`, or as an app:

| variable | what it is |
|---|---|
${settings.join('\n')}

Each has \`--help\`; all but the two that start something have \`--json\`, which prints JSON on standard output and an error as
JSON on standard error. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

${program.commands.map((command) => section(command, [])).join('\n')}`;
}

function section(command: Command, parents: readonly string[]): string {
  const path = [...parents, command.name()];
  const heading = `${parents.length === 0 ? '##' : '###'} ${path.join(' ')}`;
  const nested = command.commands.map((each) => section(each, path));
  const isLeaf = nested.length === 0 || command.registeredArguments.length > 0 || command.name() === 'secret';
  return [heading, '', ...(isLeaf ? leaf(command, path) : about(command)), ...nested].join('\n');
}

const about = (command: Command): string[] =>
  command.description() === '' ? [] : [`${sentence(command.description())}`, ''];

function leaf(command: Command, path: readonly string[]): string[] {
  const names = command.registeredArguments.map((one) =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  );
  const isRemote = command.options.some(({ long }) => long === '--server') && command.name() !== 'login';
  const own = command.options.filter(({ long }) => long !== '--json' && long !== '--server');
  const rows = own.map(({ flags, ...option }) => `| \`${cell(flags)}\` | ${cell(explained(option))} |`);
  return [
    `\`latchkey ${[...path, ...names].join(' ')}\`${isRemote ? ' **•**' : ''}`,
    '',
    ...about(command),
    ...(rows.length > 0 ? ['| option | what it does |', '|---|---|', ...rows, ''] : []),
  ];
}

function explained({
  description,
  argChoices,
  defaultValue,
}: {
  description: string;
  argChoices?: readonly string[] | undefined;
  defaultValue?: unknown;
}): string {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return `${description}${choices}${defaultValue === undefined ? '' : ` (default: ${defaultValue})`}`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const cell = (text: string): string => text.replaceAll('|', '\\|');
