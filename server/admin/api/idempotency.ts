/** Answers that are kept for who asks again with the same key (draft-ietf-httpapi-idempotency-key-header §2). */
import { AppError, ConflictError } from '../../errors.ts';
import type { Artifact, ArtifactRepository } from '../../oidc/artifact.ts';
import type { Vault } from '../../oidc/vault.ts';

export interface IdempotencyDependencies {
  artifacts: Pick<ArtifactRepository, 'insert' | 'find' | 'upsert' | 'remove'>;
  /** Answers may hold secrets that are shown once: they are kept sealed. */
  vault: Vault;
  /** `Secret.hashes`. */
  hashes: (namespace: string, value: string) => readonly string[];
  now: () => number;
}

interface Kept {
  /** Keyed hash of what was asked. */
  request: string;
  /** Absent while it is being done. */
  answer?: { body: unknown };
}

interface Asked {
  /** Who asks: keys of others are others. */
  caller: string;
  key: string;
  request: unknown;
}

const model = 'ApiAnswer';
const day = 24 * 60 * 60 * 1000;
/** Whoever began and never ended was broken off: after this time it may be tried again. */
const patience = 60_000;

export type OncePerKey = <T>(asked: Asked, work: () => Promise<T>) => Promise<{ body: T; replayed: boolean }>;

/**
 * Does `work` once for each key; of a failure nothing is kept. @throws AppError `idempotency_key_reused` for another
 * request with the key, `conflict` while the first one is being done
 */
export function oncePerKey({ artifacts, vault, hashes, now }: IdempotencyDependencies): OncePerKey {
  return async <T>({ caller, key, request }: Asked, work: () => Promise<T>) => {
    const rawId = `${caller} ${key}`;
    const asked = hashes('idempotent request', JSON.stringify(request));
    const [current = ''] = asked;
    const sealed = (payload: Kept, life: number): Artifact =>
      vault.seal({ model, rawId, payload, columns: { expiresAt: now() + life } });
    const begun = await insert(artifacts, sealed({ request: current }, patience), now());
    if (!begun) {
      const kept = await find<Kept>(artifacts, vault, vault.idOf(model, rawId));
      return { body: answerOf(kept, asked) as T, replayed: true };
    }
    try {
      const body = await work();
      await artifacts.upsert(sealed({ request: current, answer: { body } }, day));
      return { body, replayed: false };
    } catch (error) {
      await artifacts.remove(vault.idOf(model, rawId));
      throw error;
    }
  };
}

async function insert(
  artifacts: IdempotencyDependencies['artifacts'],
  artifact: Artifact,
  now: number,
): Promise<boolean> {
  try {
    await artifacts.insert(artifact, now);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

async function find<T extends object>(
  artifacts: IdempotencyDependencies['artifacts'],
  vault: Vault,
  id: string,
): Promise<T | undefined> {
  const artifact = await artifacts.find(id);
  return artifact && vault.open<T>(artifact);
}

/** @param asked under every secret in use: it may have been asked under the one before */
function answerOf(kept: Kept | undefined, asked: readonly string[]): unknown {
  if (kept && !asked.includes(kept.request)) throw new AppError('idempotency_key_reused');
  if (!kept?.answer) throw new AppError('conflict', { detail: 'the first request with this key goes on' });
  return kept.answer.body;
}
