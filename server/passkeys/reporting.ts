import { AppError } from '../errors.ts';
import type { PasskeyManagerDependencies, RefusedCeremony } from './dependencies.ts';
import type { RefusalReason } from './refusal.ts';

/** Filled in as a ceremony goes on, so that a refusal can be traced. */
export type CeremonyNotes = Omit<RefusedCeremony, 'reason'>;

/** Runs the end of a ceremony. A refusal is logged and told to the audit with its reason, then goes on outside. */
export async function reporting<T>(
  { log, onRefused }: PasskeyManagerDependencies,
  notes: CeremonyNotes,
  ceremony: () => Promise<T>,
): Promise<T> {
  try {
    return await ceremony();
  } catch (error) {
    if (error instanceof AppError) {
      const refused = { ...notes, reason: error.detail as RefusalReason };
      const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
      log.warn({ ...refused, ...cause }, 'passkey refused');
      onRefused?.(refused);
    }
    throw error;
  }
}
