import { randomUUID } from 'node:crypto';
import type { Known } from './known.ts';
import type { MetadataDependencies } from './metadata.ts';

/** What an attempt works on. */
export interface Refreshing {
  known: Known;
  follow: () => Promise<void>;
  signal: AbortSignal;
}

const margin = 30_000;

/** One instance of many asks, and asks once at a time. */
export function createRefresh(dependencies: MetadataDependencies, refreshing: Refreshing) {
  const { leases, settings, now, log } = dependencies;
  const { known, signal } = refreshing;
  const [id, owner] = ['fido-metadata', randomUUID()];
  let running: Promise<void> | undefined;

  async function attempt(): Promise<void> {
    try {
      const { takeFrom } = await import('./take.ts');
      await takeFrom(dependencies, refreshing);
    } catch (err) {
      log.warn({ err }, 'FIDO metadata could not be refreshed');
    } finally {
      await leases.release(id, owner).catch((err: unknown) => log.debug({ err }, 'lease not given back'));
      known.progress = undefined;
      running = undefined;
    }
  }

  return {
    async begin(): Promise<{ done: Promise<void> } | undefined> {
      if (settings.source === 'off' || signal.aborted || known.progress !== undefined) return undefined;
      known.progress = 0;
      const { ms } = dependencies.limits ?? (await import('./source.ts')).usualLimits;
      const lease = await leases.acquire({ id, owner, until: now() + ms + margin }, now()).catch((error) => {
        known.progress = undefined;
        throw error;
      });
      if (lease) running = attempt();
      else known.progress = undefined;
      return running && { done: running };
    },
    ended: async () => running,
  };
}
