/** Fields of an operation's input as options of a command: names, values and what they mean come from the schema. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { bare } from '../../admin/http-mapping.ts';

export interface FieldOption {
  /** Without dashes: `post-logout-redirect`. */
  name: string;
  about?: string | undefined;
  /** Without it the command is used wrongly. */
  isRequired?: boolean;
}

type Kind = 'text' | 'choice' | 'number' | 'flag' | 'list' | 'pairs' | 'json';

export function addFieldOption(command: Command, schema: z.ZodType, { name, ...option }: FieldOption): void {
  const about = option.about ?? descriptionOf(schema) ?? wordsOf(name);
  const kind = kindOf(schema);
  if (kind === 'flag') {
    command.addOption(new Option(`--${name}`, about));
    if (!hasDefault(schema)) command.addOption(new Option(`--no-${name}`, 'the contrary'));
    return;
  }
  const made = new Option(`--${name} <${placeholders[kind]}>`, `${about}${repeats[kind] ?? ''}`);
  const choices = choicesOf(schema);
  if (kind === 'choice') made.choices(choices);
  else made.argParser((value: string, before: unknown) => parsers[kind](value, before));
  command.addOption(made.makeOptionMandatory(option.isRequired ?? false));
  if (isNullable(schema)) command.addOption(new Option(`--no-${name}`, 'takes it away'));
}

/** What was said of a field: `null` where it is taken away. */
export function saidOf(schema: z.ZodType, value: unknown): unknown {
  if (value === false && kindOf(schema) !== 'flag') return null;
  return value;
}

const placeholders: Record<Exclude<Kind, 'flag'>, string> = {
  text: 'text',
  choice: 'choice',
  number: 'number',
  list: 'value',
  pairs: 'name=value',
  json: 'json',
};

const repeats: Partial<Record<Kind, string>> = { list: '; repeat for more', pairs: '; repeat for more' };

const parsers: Record<Exclude<Kind, 'flag' | 'choice'>, (value: string, before: unknown) => unknown> = {
  text: (value) => value,
  number(value) {
    if (value.trim() === '' || Number.isNaN(Number(value)))
      throw new InvalidArgumentError('It is no number.');
    return Number(value);
  },
  list: (value, before) => [...(Array.isArray(before) ? before : []), value],
  pairs(value, before) {
    const [, name, text = ''] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
    if (name === undefined) throw new InvalidArgumentError('It must be name=value.');
    return { ...(before as object | undefined), [name]: jsonOrText(text) };
  },
  json(value) {
    try {
      return JSON.parse(value);
    } catch {
      throw new InvalidArgumentError('It must be JSON.');
    }
  },
};

/** `true`, `7`, `["a"]` and `null` are themselves; everything else is text, and so is what stands in quotes. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function kindOf(schema: z.ZodType): Kind {
  const inner = bare(schema);
  if (inner instanceof z.ZodBoolean) return 'flag';
  if (inner instanceof z.ZodEnum) return 'choice';
  if (inner instanceof z.ZodNumber) return 'number';
  if (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat) return 'text';
  if (inner instanceof z.ZodArray) return isText(inner.element as z.ZodType) ? 'list' : 'json';
  if (inner instanceof z.ZodRecord) return 'pairs';
  if (inner instanceof z.ZodObject)
    return Object.values(inner.shape).every((each) => ['text', 'number', 'choice'].includes(kindOf(each)))
      ? 'pairs'
      : 'json';
  return 'json';
}

const isText = (schema: z.ZodType) => ['text', 'choice'].includes(kindOf(schema));

function choicesOf(schema: z.ZodType): string[] {
  const inner = bare(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

type Wrapped = z.ZodType & { unwrap?: () => z.ZodType };

/** Of itself or of what it wraps. */
function descriptionOf(schema: z.ZodType): string | undefined {
  if (schema.description !== undefined) return schema.description.replace(/\.$/, '');
  const { unwrap } = schema as Wrapped;
  return schema instanceof z.ZodArray || !unwrap ? undefined : descriptionOf(unwrap.call(schema));
}

function isNullable(schema: z.ZodType): boolean {
  return schema.safeParse(null).success;
}

function hasDefault(schema: z.ZodType): boolean {
  return schema instanceof z.ZodDefault;
}

/** `postLogoutRedirectUris` → `post-logout-redirect-uris`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `post-logout-redirect` → `postLogoutRedirect`, as commander names what was said. */
export const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const wordsOf = (name: string): string => name.replaceAll('-', ' ');
