/** The FIDO metadata in words. */
import type { MetadataStatus } from '../fido-metadata/catalogue.ts';
import { type MetadataReason, reasons } from '../fido-metadata/refusal.ts';
import { instant } from './output.ts';

const day = 24 * 60 * 60 * 1000;

/** Whether an operator should do something. */
export function wrongWith({ metadata, source, refused, local }: MetadataStatus): boolean {
  if (refused !== undefined) return true;
  if (!metadata) return source !== 'off' && local === 0;
  return !metadata.isCurrent;
}

export function metadataLines(status: MetadataStatus, now: number): string[] {
  const { source, metadata, local, refused, attempt, nextAt } = status;
  return [
    metadata ? inForce(metadata, now) : 'No FIDO metadata is in force.',
    ...(refused ? [`What is kept is refused: ${outcomeOf({ result: refused })}.`] : []),
    ...(local > 0 ? [`${counted(local)} by statements of this installation.`] : []),
    source === 'off' ? 'Nothing is asked: LATCHKEY_FIDO_METADATA_URL is off.' : `Asked: ${source}`,
    ...(attempt ? [`Last time, ${instant(attempt.at)}: ${attemptIn(attempt)}.`] : []),
    ...(nextAt ? [`Next time: ${instant(Math.max(nextAt, now))}.`] : []),
  ];
}

type Attempt = NonNullable<MetadataStatus['attempt']>;

function attemptIn({ failures, ...attempt }: Attempt): string {
  const often = failures > 1 ? `, ${failures} times in a row` : '';
  return `${outcomeOf(attempt)}${often}`;
}

/** In words, then by the name that stands in log and metrics. */
export function outcomeOf({ result, detail }: Pick<Attempt, 'result' | 'detail'>): string {
  const words = Object.hasOwn(reasons, result) ? `${reasons[result as MetadataReason]}: ` : '';
  return `${words}${result}${detail ? ` (${detail})` : ''}`;
}

const counted = (models: number) => (models === 1 ? '1 model' : `${models} models`);

function inForce(metadata: NonNullable<MetadataStatus['metadata']>, now: number): string {
  const { no, models, notUnderstood, nextUpdate, takenAt } = metadata;
  const overdue = Math.floor((now - nextUpdate) / day);
  const due =
    overdue > 0
      ? `; the next should have come ${overdue} days ago${metadata.isCurrent ? '' : ', so it vouches for nothing new'}`
      : `; the next comes by ${instant(nextUpdate).slice(0, 10)}`;
  const left = notUnderstood > 0 ? ` (${notUnderstood} more were not understood)` : '';
  return `FIDO metadata number ${no} with ${counted(models)}${left}, taken ${instant(takenAt)}${due}.`;
}
