import { createHash } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import { ConflictError } from '../errors.ts';
import type { ArtifactRepository } from './artifact.ts';
import { answering } from './availability.ts';
import type { Vault } from './vault.ts';

/** Tells whether a `jti` is new in its namespace, and remembers it until `expiresAt`: of many at once, one is. */
export type RememberOnce = (namespace: string, jti: string, expiresAt: number) => Promise<boolean>;

const model = 'ReplayDetection';

/** Insert-only: nothing is read first, so there is no moment between a look and a mark. */
export function createReplays({
  artifacts,
  vault,
  now,
}: {
  artifacts: Pick<ArtifactRepository, 'insert'>;
  vault: Vault;
  now: () => number;
}): RememberOnce {
  return answering(async (namespace, jti, expiresAt) => {
    // A jti may be as long as whoever made it likes, and the line break keeps the two apart.
    const rawId = createHash('sha256').update(`${namespace}\n${jti}`).digest('base64url');
    try {
      await artifacts.insert(
        vault.seal({ model, rawId, payload: { jti: rawId }, columns: { expiresAt } }),
        now(),
      );
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  });
}

/** What was used once (RFC 7523 §3, RFC 9449 §11.1): oidc-provider would look first, and mark afterwards. */
export function refuseReplays({ ReplayDetection }: Provider, remember: RememberOnce): void {
  Object.assign(ReplayDetection, {
    unique: (issuer: string, jti: string, exp: number) => remember(issuer, jti, exp * 1000),
  });
}
