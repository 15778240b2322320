import { createHash } from 'node:crypto';
import type { AuditEvent } from './event.ts';

/** Where a chain stands: what the next event follows. */
export interface ChainPosition {
  /** Sequence of the next event. */
  sequence: number;
  /** Hash of the last one; empty before the first. */
  previousHash: string;
}

export const chainStart: ChainPosition = { sequence: 0, previousHash: '' };

/** SHA-256 over the canonical JSON of an event without its hash, base64url. */
export function hashEvent(event: Omit<AuditEvent, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(event)).digest('base64url');
}

/** JSON with sorted keys and without absent values: the same whatever engine stored it (RFC 8785 for our values). */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .filter((name) => record[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(record[name])}`);
  return `{${members.join(',')}}`;
}

/** What is wrong with a chain, and from which event on. */
export interface ChainBreak {
  problem: 'changed' | 'removed' | 'reordered';
  sequence: number;
}

/**
 * Looks at events of one chain in the order of their sequence, from its start or from a known position.
 * Events cut off at the end leave no trace in the chain itself: compare the position with one noted elsewhere.
 */
export function verifyChain(
  events: readonly AuditEvent[],
  from: ChainPosition = chainStart,
): { end: ChainPosition; broken?: ChainBreak } {
  let end = from;
  for (const event of events) {
    const problem = problemOf(event, end);
    if (problem) return { end, broken: { problem, sequence: end.sequence } };
    end = { sequence: event.sequence + 1, previousHash: event.hash };
  }
  return { end };
}

function problemOf(event: AuditEvent, expected: ChainPosition): ChainBreak['problem'] | undefined {
  if (event.sequence > expected.sequence) return 'removed';
  if (event.sequence < expected.sequence) return 'reordered';
  const { hash, ...content } = event;
  return event.previousHash === expected.previousHash && hashEvent(content) === hash ? undefined : 'changed';
}
