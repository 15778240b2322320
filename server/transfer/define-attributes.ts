import type { AttributeValue } from '../accounts/account.ts';
import {
  type AttributeDefinition,
  type AttributeType,
  newAttributeDefinition,
} from '../accounts/attribute.ts';
import { AppError } from '../errors.ts';
import type { CarriedPerson, Finding } from './content.ts';

/** Definitions of all that people have, and people whose values are of those types. */
export interface Defined {
  definitions: AttributeDefinition[];
  people: CarriedPerson[];
}

/** Other products know no types: what everybody has of one type is of it, and anything else is text. */
export function defineAttributes(
  people: readonly CarriedPerson[],
  { now, notes, left }: { now: number; notes: Finding[]; left: Finding[] },
): Defined {
  const types = new Map<string, Set<AttributeType>>();
  for (const { account } of people)
    for (const [name, value] of Object.entries(account.attributes ?? {}))
      types.set(name, (types.get(name) ?? new Set()).add(typeOf(value)));
  const definitions = [...types].flatMap(([id, found]) => {
    const type = commonType(found);
    if (found.size > 1) notes.push(mixedNote(id, type));
    return define({ id, type }, { now, left }) ?? [];
  });
  const known = new Map(definitions.map(({ id, type }) => [id, type]));
  return { definitions, people: people.map((person) => withTypes(person, known)) };
}

function define(
  { id, type }: { id: string; type: AttributeType },
  { now, left }: { now: number; left: Finding[] },
): AttributeDefinition | undefined {
  try {
    return newAttributeDefinition({ id, label: id.slice(0, 60), type }, now);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    left.push({ kind: 'attribute', item: id, reason: 'not_valid', text: `is left: ${error.detail}` });
    return undefined;
  }
}

function typeOf(value: AttributeValue): AttributeType {
  if (Array.isArray(value)) return 'strings';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

function commonType(found: ReadonlySet<AttributeType>): AttributeType {
  const [only = 'string', ...others] = found;
  if (others.length === 0) return only;
  return found.has('strings') ? 'strings' : 'string';
}

function mixedNote(id: string, type: AttributeType): Finding {
  const text = `is ${type === 'strings' ? 'a list of texts' : 'text'} for everybody: people had values of several types`;
  return { kind: 'attribute', item: id, reason: 'mixed_types', text };
}

function withTypes(person: CarriedPerson, known: ReadonlyMap<string, AttributeType>): CarriedPerson {
  const { attributes, ...account } = person.account;
  const kept = Object.entries(attributes ?? {}).flatMap(([id, value]) => {
    const type = known.get(id);
    return type === undefined ? [] : [[id, typeOf(value) === type ? value : asText(value, type)] as const];
  });
  return {
    ...person,
    account: { ...account, ...(kept.length > 0 && { attributes: Object.fromEntries(kept) }) },
  };
}

function asText(value: AttributeValue, type: AttributeType): AttributeValue {
  const texts = Array.isArray(value) ? value : [String(value)];
  return type === 'strings' ? texts : (texts[0] ?? '');
}
