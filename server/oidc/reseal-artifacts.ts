import { keyIdOf, type Secret } from '../secret/secret.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import { createVault, resealed } from './vault.ts';

type Secrets = Pick<Secret, 'keyId' | 'isSuccessor' | 'hash' | 'hashes' | 'seal' | 'open'>;

interface Dependencies {
  /** As the engine has it: every record at its place. */
  artifacts: Pick<ArtifactRepository, 'listAll' | 'reseal'>;
  secret: Secrets;
  now: () => number;
}

const pageSize = 100;

/** What is sealed with another secret than the current one and has not expired, page by page. */
export async function* artifactsOfOthers({
  artifacts,
  secret,
  now,
}: Dependencies): AsyncGenerator<Artifact[]> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await artifacts.listAll({
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    yield items.filter(
      ({ payload, expiresAt = Number.POSITIVE_INFINITY }) =>
        keyIdOf(payload) !== secret.keyId && expiresAt > now(),
    );
    if (next === undefined) return;
    after = next;
  }
}

/**
 * Brings artifacts under the current secret, in place: each by one compare-and-set, so that it is used, consumed and
 * ended meanwhile as ever. What does not say its raw id is left to run out.
 * @param onPage gets how many of a page were brought over
 */
export async function resealArtifacts(
  dependencies: Dependencies,
  onPage: (resealed: number) => Promise<void>,
): Promise<void> {
  const { artifacts, secret } = dependencies;
  for await (const page of artifactsOfOthers(dependencies)) {
    const done = await Promise.all(
      page.map(async (artifact) => {
        const next = underCurrent(artifact, secret);
        return next !== undefined && artifacts.reseal(next, artifact.payload);
      }),
    );
    await onPage(done.filter(Boolean).length);
  }
}

interface Payload {
  jti?: string;
  uid?: string;
  sub?: string;
  appId?: string;
  userCode?: string;
}

function underCurrent(artifact: Artifact, secret: Secrets): Artifact | undefined {
  const payload = open(artifact, secret);
  const rawId = payload && rawIdOf(artifact.model, payload);
  if (!payload || rawId === undefined) return undefined;
  const { id, lookupId = id, model } = artifact;
  const isIts = secret.hashes(`artifact ${model}`, rawId).includes(lookupId);
  return isIts ? resealed(artifact, { rawId, payload, userCode: payload.userCode }, secret) : undefined;
}

/** What no secret at hand opens is of use to nobody, and stays as it is. */
function open(artifact: Artifact, secret: Secrets): Payload | undefined {
  try {
    return createVault(secret).open<Payload>(artifact);
  } catch {
    return undefined;
  }
}

/** oidc-provider puts its id into every payload; a session is stored under its uid. */
function rawIdOf(model: string, { jti, uid, sub, appId }: Payload): string | undefined {
  if (model === 'Session') return uid;
  return model === 'Consent' ? `${appId} ${sub}` : jti;
}
