/** A command out of an operation: what stands in its path is an argument, the other fields of its input are options. */
import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { routeOf } from '../../admin/http-mapping.ts';
import type { Operation } from '../../admin/operation.ts';
import type { Administration } from '../../admin/operations.ts';
import { all } from '../../admin/pages.ts';
import { withAdministration } from '../installation.ts';
import { remoteLeaf, show } from '../output.ts';
import type { Surroundings } from '../surroundings.ts';
import { addFieldOption, camel, kebab, saidOf } from './fields.ts';
import { plainLines } from './plain-lines.ts';

export type Input = Record<string, unknown>;

/** What a command says otherwise than its operation would by itself. */
export interface CommandSpec {
  /** `session end`. */
  command?: string;
  about?: string;
  /** Fields that are arguments too, beside those of the path; in order. */
  positional?: readonly string[];
  /** Names of arguments, where the field is called otherwise. */
  called?: Readonly<Record<string, string>>;
  /** Options that are named otherwise than their fields, with what they mean. */
  options?: Readonly<Record<string, readonly [name: string, about?: string]>>;
  /** Fields that `more` says in other words. */
  without?: readonly string[];
  /** Further options, as commander writes them. */
  more?: readonly (readonly [flags: string, about: string])[];
  /** The input out of what was said; by default as it is. */
  inputOf?: (said: Input, options: Input) => Input;
  /** What has to be looked up first. */
  prepare?: (administration: Administration, input: Input) => Promise<Input>;
  /** For people. */
  lines?(output: unknown, input: Input): readonly string[];
}

export interface Named {
  area: string;
  name: string;
  operation: Operation;
}

export function addOperationCommand(
  program: Command,
  surroundings: Surroundings,
  { spec, ...named }: Named & { spec: CommandSpec & { command: string } },
): void {
  const { operation } = named;
  const path = spec.command.split(' ');
  const parent = path.slice(0, -1).reduce(groupOf, program);
  const command = remoteLeaf(parent, path.at(-1) ?? '', spec.about ?? aboutOf(operation));
  const { fields: inPath } = routeOf(operation);
  const positional = [...inPath, ...(spec.positional ?? [])];
  for (const field of positional)
    command.addArgument(new Argument(`<${spec.called?.[field] ?? kebab(field)}>`));
  const optional = optionsOf(operation, [...positional, ...(spec.without ?? [])]).map(({ field, schema }) => {
    const usual = isPaged(operation) ? listOptions[field] : undefined;
    const [name = kebab(field), about] = spec.options?.[field] ?? usual ?? [];
    // What `inputOf` fills in need not be typed.
    const isRequired = !spec.inputOf && !mayBeLeftOut(schema);
    addFieldOption(command, schema, { name, about, isRequired });
    return { field, schema, key: camel(name) };
  });
  for (const [flags, about] of spec.more ?? []) command.option(flags, about);
  command.action(async (...given: unknown[]) => {
    const options = given[positional.length] as Input & { json?: boolean };
    const said = Object.fromEntries([
      ...positional.map((field, index) => [field, given[index]]),
      ...optional
        .filter(({ key }) => options[key] !== undefined)
        .map(({ field, schema, key }) => [field, saidOf(schema, options[key])]),
    ]);
    const input = spec.inputOf?.(said, options) ?? said;
    const output = await withAdministration(surroundings, async (administration) =>
      perform(administration, named, (await spec.prepare?.(administration, input)) ?? input),
    );
    const lines = spec.lines?.(output, input) ?? plainLines(output);
    show(surroundings, options, { data: output, lines });
  });
}

/** Every page of what comes in pages, up to `--limit`; `after` is for programs that ask themselves. */
async function perform(administration: Administration, { area, name, operation }: Named, input: Input) {
  const areas: Record<string, Record<string, (input: Input) => Promise<unknown>>> = administration as never;
  const ask = (asked: Input) => areas[area]?.[name]?.(asked) as Promise<unknown>;
  if (!isPaged(operation)) return withoutEnvelope(await ask(input));
  const { limit: most = Number.POSITIVE_INFINITY, ...query } = input as { limit?: number };
  const list = (page: Input) => ask({ ...query, ...page }) as Promise<{ items: unknown[]; next?: string }>;
  return all(list, most);
}

/** A list is a list. */
function withoutEnvelope(output: unknown): unknown {
  const { items, ...others } = output as { items?: unknown };
  return Array.isArray(items) && Object.keys(others).length === 0 ? items : output;
}

const shapeOf = ({ input }: Operation): Record<string, z.ZodType> =>
  input instanceof z.ZodObject ? input.shape : {};

export const isPaged = (operation: Operation): boolean =>
  'after' in shapeOf(operation) && 'limit' in shapeOf(operation);

/** Of lists that come in pages. */
export const listOptions: NonNullable<CommandSpec['options']> = {
  text: ['search', 'find by the beginnings of words'],
  limit: ['limit', 'at most so many (default: all)'],
};

function optionsOf(operation: Operation, others: readonly string[]) {
  return Object.entries(shapeOf(operation))
    .filter(([field]) => !others.includes(field) && !(field === 'after' && isPaged(operation)))
    .map(([field, schema]) => ({ field, schema }));
}

const mayBeLeftOut = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodExactOptional || schema.safeParse(undefined).success;

/** `List people in order of user name` as the other commands say it. */
function aboutOf({ summary }: Operation): string {
  return `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
}

function groupOf(parent: Command, name: string): Command {
  return parent.commands.find((each) => each.name() === name) ?? parent.command(name);
}
