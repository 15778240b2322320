/** What one process knows of the metadata, and how it tells. */
import type { MetadataStanding, MetadataStatus, ModelCatalogue } from './catalogue.ts';
import type { Loaded } from './loaded.ts';
import type { MetadataReason } from './refusal.ts';
import type { MetadataAttempt, MetadataHead } from './repository.ts';
import { nextAttemptAt } from './schedule.ts';
import type { MetadataSettings } from './settings.ts';

export interface Known {
  loaded: Loaded;
  /** Of the blob that was read last, believed or not. */
  seen?: string;
  refused?: MetadataReason;
  attempt?: MetadataAttempt | undefined;
  progress?: number | undefined;
}

const day = 24 * 60 * 60 * 1000;
export const seenAs = ({ no, takenAt }: MetadataHead) => `${no} ${takenAt}`;

interface Judged {
  settings: MetadataSettings;
  now: number;
}

export function inForce({ loaded }: Known, { settings, now }: Judged): ModelCatalogue['metadata'] {
  if (!loaded.blob) return loaded.local > 0 ? { no: 0, isCurrent: true } : undefined;
  const { head, nextUpdate } = loaded.blob;
  return { no: head.no, isCurrent: now <= nextUpdate + settings.maxAgeDays * day };
}

export function statusOf(known: Known, judged: Judged & { highest: number; jitter: number }): MetadataStatus {
  const { loaded, refused, attempt, progress } = known;
  const { settings, highest, jitter } = judged;
  const { source } = settings;
  return {
    source,
    local: loaded.local,
    highest,
    ...(loaded.blob && { metadata: blobFacts(loaded.blob, inForce(known, judged)?.isCurrent === true) }),
    ...(refused && { refused }),
    ...(attempt && { attempt }),
    ...(source !== 'off' && { nextAt: nextAttemptAt(attempt, source, jitter) }),
    ...(progress !== undefined && { progress }),
  };
}

function blobFacts({ head, ...counted }: NonNullable<Loaded['blob']>, isCurrent: boolean) {
  const { no, takenAt, source } = head;
  return { no, takenAt, source, isCurrent, ...counted };
}

export function standingOf(known: Known, { settings, now }: Judged): MetadataStanding {
  const { loaded, attempt, refused } = known;
  const { head, nextUpdate = now } = loaded.blob ?? {};
  const failure = attempt && attempt.failures > 0 ? attempt.result : refused;
  return {
    no: head?.no ?? 0,
    models: loaded.models.size,
    isCurrent: inForce(known, { settings, now })?.isCurrent ?? false,
    ageDays: head ? days(now - head.takenAt) : 0,
    overdueDays: days(now - nextUpdate),
    failures: attempt?.failures ?? 0,
    ...(failure !== undefined && { failure }),
  };
}

const days = (ms: number) => Math.round((ms / day) * 10) / 10;
