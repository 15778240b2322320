/** Keeps a server on the installation secret that all instances use, and brings what is stored over to it. */
import { hostname } from 'node:os';
import type { Metrics } from './http/metrics.ts';
import type { Log } from './log.ts';
import { openResealing } from './open-resealing.ts';
import { createSecretFollower, type SecretFollower } from './secret/follow.ts';
import type { OpenSecret } from './secret/secret-file.ts';
import type { Storage } from './storage.ts';

export type KeptSecret = Pick<SecretFollower, 'requireFollowed'> & {
  keep(every: (ms: number, chore: () => Promise<void>) => void): void;
};

/** @param storage as it was opened */
export function keepSecret(parts: {
  storage: Storage;
  secret: OpenSecret;
  log: Log;
  metrics: Pick<Metrics, 'watchSecret'>;
  now: () => number;
}): KeptSecret {
  const { storage, secret, log, metrics } = parts;
  const follower = createSecretFollower({
    repository: storage.installation,
    secret,
    host: hostname(),
    log,
  });
  const resealing = openResealing(parts);
  metrics.watchSecret(follower.previous);
  return {
    requireFollowed: follower.requireFollowed,
    keep(every) {
      every(1000, follower.round);
      every(2000, resealing.round);
    },
  };
}
