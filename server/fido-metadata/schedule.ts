import type { MetadataAttempt } from './repository.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const firstPause = 5 * minute;

/**
 * When the source is asked again: once a day, and a file, which costs nothing to look at, every five minutes. After a
 * failure sooner, each time twice as late as before.
 * @param jitter 0–1: instances, and installations, do not ask all at once
 */
export function nextAttemptAt(attempt: MetadataAttempt | undefined, source: string, jitter: number): number {
  if (!attempt) return 0;
  const { at, failures } = attempt;
  const usual = isAddress(source) ? day : firstPause;
  const pause = failures === 0 ? usual : Math.min(firstPause * 2 ** (failures - 1), usual);
  return at + Math.round(pause * (1 + jitter / 10));
}

/** A clock that was ahead, and was put right, holds nothing up. */
export function isDue(
  attempt: MetadataAttempt | undefined,
  { source, jitter, now }: { source: string; jitter: number; now: number },
): boolean {
  return now >= nextAttemptAt(attempt, source, jitter) || (attempt !== undefined && attempt.at > now);
}

export const isAddress = (source: string) => /^https?:/.test(source);
