import assert from 'node:assert/strict';
import { ConflictError } from '../../server/storage.ts';

/** Asserts that a write was refused because of this field. */
export async function assertConflict(write: Promise<unknown>, field: string): Promise<void> {
  await assert.rejects(write, (error) => {
    assert.ok(error instanceof ConflictError, String(error));
    assert.equal(error.field, field);
    return true;
  });
}

/** Runs 50 at once; resolves to the results of those that resolved. */
export async function race<T>(attempt: (i: number) => Promise<T>): Promise<T[]> {
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => attempt(i)));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected' && !(outcome.reason instanceof ConflictError)) throw outcome.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** Of 50 at once, exactly one resolves to something true. */
export async function assertOneWinner(attempt: (i: number) => Promise<unknown>): Promise<void> {
  const results = await race(attempt);
  assert.equal(results.filter(Boolean).length, 1);
}

/** Walks through all pages. */
export async function collectPages<T>(
  read: (after: string | undefined) => Promise<{ items: T[]; next?: string }>,
  start?: string,
): Promise<T[][]> {
  const pages: T[][] = [];
  for (let after = start; ; ) {
    const { items, next } = await read(after);
    pages.push(items);
    if (next === undefined) return pages;
    after = next;
  }
}
