import { freshness } from './wire.ts';

/** Remembers nonces for as long as a request that bears them is fresh. */
export interface Nonces {
  /** `full` where there are too many to remember: then nothing is let in. */
  admit(nonce: string, now: number): 'new' | 'seen' | 'full';
}

/** A login needs four; each identity has a memory of its own. */
const most = 200_000;

/** Two generations: the older one is forgotten once nothing in it can be fresh any more. */
export function createNonces(): Nonces {
  let newer = new Set<string>();
  let older = new Set<string>();
  let begunAt = 0;
  return {
    admit(nonce, now) {
      // A request may be ahead of our clock by as much as it may be behind.
      if (now - begunAt > 2 * freshness) {
        older = now - begunAt > 4 * freshness ? new Set() : newer;
        newer = new Set();
        begunAt = now;
      }
      if (newer.has(nonce) || older.has(nonce)) return 'seen';
      if (newer.size >= most) return 'full';
      newer.add(nonce);
      return 'new';
    },
  };
}
