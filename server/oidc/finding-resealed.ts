import { ConflictError } from '../errors.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';

/**
 * The same repository once the installation secret was exchanged: takes what `Vault.idOf` then says, every id that a
 * record may be found by, and finds it wherever it stands. A record keeps its place for good, so that whoever holds its
 * id meets the same one before, while and after it is sealed anew.
 */
export function findingResealed(artifacts: ArtifactRepository): ArtifactRepository {
  return {
    ...artifacts,
    async find(ids) {
      return isOne(ids) ? artifacts.find(ids) : findAny(artifacts, ids);
    },
    async findByUserCode(hashes) {
      for (const hash of placesOf(hashes)) {
        const found = await artifacts.findByUserCode(hash);
        if (found) return found;
      }
      return undefined;
    },
    async recordConsumed(ids, at) {
      if (isOne(ids)) return artifacts.recordConsumed(ids, at);
      const found = await findAny(artifacts, ids);
      return found !== undefined && artifacts.recordConsumed(found.id, at);
    },
    async remove(ids) {
      if (isOne(ids)) return artifacts.remove(ids);
      const found = await findAny(artifacts, ids);
      return found !== undefined && artifacts.remove(found.id);
    },
    async upsert(artifact) {
      if (isOne(artifact.id)) return artifacts.upsert(artifact);
      const [current = ''] = placesOf(artifact.id);
      const { id = current } = (await findAny(artifacts, artifact.id)) ?? {};
      await artifacts.upsert({ ...artifact, id, ...(id !== current && { lookupId: current }) });
    },
    async insert(artifact, now) {
      if (isOne(artifact.id)) return artifacts.insert(artifact, now);
      await insertOnce(artifacts, artifact, now);
    },
  };
}

const isOne = (ids: string) => !ids.includes(' ');
const placesOf = (ids: string) => ids.split(' ').filter(Boolean);

/** Only what is found by one of these: whoever writes the storage could put another record in its place otherwise. */
async function findAny(
  artifacts: Pick<ArtifactRepository, 'find' | 'findByLookupId'>,
  ids: string,
): Promise<Artifact | undefined> {
  const places = placesOf(ids);
  for (const place of places)
    for (const found of [await artifacts.find(place), await artifacts.findByLookupId(place)])
      if (found && places.includes(found.lookupId ?? found.id)) return found;
  return undefined;
}

/**
 * Instances may go over to another secret one after the other, and insert what must be once under different ids. Each
 * looks at the other places after it has inserted its own: of two at once, at least one sees the other.
 */
async function insertOnce(artifacts: ArtifactRepository, artifact: Artifact, now: number): Promise<void> {
  const [current = '', ...others] = placesOf(artifact.id);
  const isElsewhere = async () => {
    const found = (await findAny(artifacts, others.join(' '))) ?? (await artifacts.findByLookupId(current));
    return found !== undefined && (found.expiresAt === undefined || found.expiresAt > now);
  };
  if (await isElsewhere()) throw new ConflictError('id');
  await artifacts.insert({ ...artifact, id: current }, now);
  if (!(await isElsewhere())) return;
  await artifacts.remove(current);
  throw new ConflictError('id');
}
