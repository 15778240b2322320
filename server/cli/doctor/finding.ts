import type { Finding } from '../../admin/about-server.ts';

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
