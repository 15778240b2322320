/** That an app stood in a person's place: kept for a month, for the person to see. The audit has each of them. */
import type { ArtifactRepository } from './artifact.ts';
import type { Vault } from './vault.ts';

/** Names are those of the time: apps and APIs may be gone when somebody looks. */
export interface Impersonation {
  app: string;
  /** Whose token was exchanged. */
  of: string;
  api: string;
  at: number;
}

export interface Impersonations {
  record(made: Omit<Impersonation, 'at'> & { sub: string; appIds: readonly string[] }): Promise<void>;
  /** The latest first. */
  list(sub: string): Promise<Impersonation[]>;
}

interface Dependencies {
  artifacts: Pick<ArtifactRepository, 'upsert' | 'listByAccount'>;
  vault: Vault;
  now: () => number;
}

const model = 'Impersonation';
const hour = 60 * 60_000;
const kept = 30 * 24 * hour;

export function createImpersonations({ artifacts, vault, now }: Dependencies): Impersonations {
  return {
    async record({ sub, appIds, ...names }) {
      const at = now();
      // One an hour and pair of apps, with the latest time: an app that asks on and on fills nothing.
      const jti = [sub, ...appIds, names.api, Math.floor(at / hour)].join(' ');
      const columns = { accountId: sub, expiresAt: at + kept };
      await artifacts.upsert(vault.seal({ model, rawId: jti, payload: { jti, ...names, at }, columns }));
    },
    async list(sub) {
      return (await artifacts.listByAccount(sub, model))
        .filter(({ expiresAt = 0 }) => expiresAt > now())
        .map((stored) => vault.open<Impersonation>(stored))
        .toSorted((a, b) => b.at - a.at);
    },
  };
}
