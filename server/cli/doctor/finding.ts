/**
 * - `ok`, `failed`: looked at.
 * - `warning`: works, but somebody should know.
 * - `skipped`: could not be looked at from here; says why.
 */
export type FindingState = 'ok' | 'warning' | 'failed' | 'skipped';

/** One line of the doctor: what was looked at, what it is like, and what to do. */
export interface Finding {
  check: string;
  state: FindingState;
  says: string;
  remedy?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const skipped = (check: string, says: string): Finding => ({ check, state: 'skipped', says });

/** The remedy is left out where what it says tells it already. */
const wanting =
  (state: 'warning' | 'failed') =>
  (check: string, says: string, remedy?: string): Finding => ({
    check,
    state,
    says,
    ...(remedy && { remedy }),
  });

export const warning = wanting('warning');
export const failed = wanting('failed');
