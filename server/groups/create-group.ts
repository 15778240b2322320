import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Group } from './group.ts';

// Apps match on the name in the `groups` claim: it must be one line that reads as it is.
const line = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;

/** What an administrator says of a group. */
export const groupFields = {
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must be at most 100 characters')
    .regex(line, 'must be one line without control characters')
    .transform((name) => name.normalize('NFC')),
  description: z
    .string()
    .trim()
    .max(500, 'must be at most 500 characters')
    .regex(line, 'must be one line')
    .optional(),
};

interface CheckedGroup {
  name: string;
  description?: string | undefined;
}

export function newGroup({ name, description }: CheckedGroup, now: number): Group {
  return {
    id: randomUUID(),
    name,
    nameKey: groupNameKey(name),
    ...(description && { description }),
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}

/** What is not given stays; `null` takes the description away. */
export function changedGroup(
  group: Group,
  { name = group.name, description }: { name?: string | undefined; description?: string | null | undefined },
  now: number,
): Group {
  const { description: before, ...kept } = group;
  const said = description === undefined ? before : description;
  return {
    ...kept,
    name,
    nameKey: groupNameKey(name),
    ...(said && { description: said }),
    updatedAt: now,
    revision: group.revision + 1,
  };
}

/** Two names that look the same are the same group. */
export function groupNameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}
