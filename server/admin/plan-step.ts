/** One step of a plan, and what tells whether there is one. */
import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '../errors.ts';
import { groupNameKey } from '../groups/create-group.ts';

export interface Create<W> {
  action: 'create';
  name: string;
  input: W;
}

export interface Change {
  action: 'change';
  name: string;
  /** Which, for people. */
  fields: string[];
  id: string;
  /** As it was looked at. */
  revision: number;
  /** `null` takes away. */
  changes: Record<string, unknown>;
  /** An app that went over to a secret, and has none yet. */
  needsSecret?: boolean;
}

export interface Other {
  action: 'unchanged' | 'remove';
  name: string;
  id: string;
}

/** What an administrator may say of a record, without what the server made. */
export type Settings = Record<string, unknown>;

export function step(change: Omit<Change, 'action' | 'fields'>): Change | Other {
  const { name, id, changes } = change;
  const fields = Object.keys(changes).sort();
  return fields.length === 0 ? { action: 'unchanged', name, id } : { action: 'change', fields, ...change };
}

export function differences(before: Settings, wanted: Settings): Record<string, unknown> {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(wanted)])];
  const changed = fields.filter(
    (field) => !isDeepStrictEqual(settled(field, before[field]), settled(field, wanted[field])),
  );
  return Object.fromEntries(changed.map((field) => [field, wanted[field] ?? null]));
}

/** Lists whose order says nothing. */
const sets = ['scopes', 'claims', 'apiScopes', 'allowedGroups', 'introspectedBy'];

/** Scopes of an API are shown to people in the order that they have. */
function settled(field: string, value: unknown): unknown {
  const isSet = sets.includes(field) && Array.isArray(value) && value.every((one) => typeof one === 'string');
  if (!isSet) return value ?? undefined;
  const members = field === 'allowedGroups' ? value.map(groupNameKey) : value;
  return [...new Set(members)].sort();
}

export function repeated<T>(items: readonly T[], part: string, keyOf: (item: T) => string): FieldProblem[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [{ field: `${part}.${index}`, message: 'is there twice' }] : [];
  });
}

/** Problems of one record of a file get their place in it. */
export const placed = (place: string, problems: readonly FieldProblem[] = []): FieldProblem[] =>
  problems.map(({ field, message }) => ({ field: `${place}.${field}`, message }));
