import type { LogoutNotice } from './logout-notice.ts';

/** By which `sub` the app of a notice knows the person: as it did when the session ended, whatever it became since. */
export type ToldSub = (notice: Pick<LogoutNotice, 'sub' | 'sector'>) => string;

/** @param pairwise makes the `sub` of somebody in a sector */
export function createToldSub(pairwise: (sector: string, sub: string) => string): ToldSub {
  return ({ sub, sector }) => (sector === undefined ? sub : pairwise(sector, sub));
}
