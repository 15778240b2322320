import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Group } from './group.ts';

// Apps match on the name in the `groups` claim: it must be one line that reads as it is.
const line = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;
const fields = z.strictObject({
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
});

/** What an administrator says of a new group. */
export type NewGroup = z.input<typeof fields>;

/** @throws AppError `field_invalid` with the field */
export function newGroup(input: NewGroup, now: number): Group {
  const { success, data, error } = fields.safeParse(input);
  if (!success) {
    const [issue] = error.issues;
    const field = String(issue?.path[0] ?? 'group');
    throw new AppError('field_invalid', { field, detail: `${field} ${issue?.message}` });
  }
  const { name, description } = data;
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

/** Two names that look the same are the same group. */
export function groupNameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}
