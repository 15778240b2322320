import { oneOf } from '../../server/figures/counted-storage.ts';
import type { Figure } from '../../server/figures/figure.ts';
import { followedUntil, totals } from '../../server/figures/figure-ids.ts';
import { figuresOf } from '../../server/figures/held-passkeys.ts';
import type { Vault } from '../../server/oidc/vault.ts';
import type { Artifact, Storage } from '../../server/storage.ts';
import {
  type Seeded,
  type SeededArtifact,
  seedApp,
  seedApps,
  seedGroup,
  seedGroups,
  seedPerson,
} from './people.ts';

export type Seal = (artifact: SeededArtifact) => Artifact;

/** Writes all that people have, a batch of so many at a time. */
export interface SeedWriter {
  batchSize: number;
  write(people: readonly Seeded[], seal: Seal): Promise<void>;
}

interface Seeding {
  storage: Storage;
  vault: Pick<Vault, 'seal'>;
  people: number;
  now: number;
  /** Through the ports, if absent. */
  writer?: SeedWriter | undefined;
  onProgress?: (share: number) => void;
}

/** People whose records are written together: one commit of SQLite, and as many as MongoDB can keep up with. */
const batchSizes = { sqlite: 5000, mongodb: 100 };

/**
 * Fills an empty installation with invented people, their passkeys, groups and sign-ins, and the figures of them. What
 * is written in one turn of the event loop is one commit of SQLite.
 */
export async function seed(seeding: Seeding): Promise<void> {
  const { storage, vault, people, now, writer = portWriter(storage), onProgress = () => {} } = seeding;
  for (const id of seedGroups) await storage.groups.insert(seedGroup(id));
  for (const id of seedApps) await storage.apps.insert(seedApp(id));
  const counted = new Map<string, number>([
    [totals.groups, seedGroups.length],
    [totals.apps, seedApps.length],
  ]);
  const count = (figures: readonly Figure[]) => {
    for (const { id, value } of figures) counted.set(id, (counted.get(id) ?? 0) + value);
  };
  const { batchSize } = writer;
  for (let begun = 0; begun < people; begun += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, people - begun) }, (_, index) =>
      seedPerson(begun + index, now),
    );
    await writer.write(batch, vault.seal);
    for (const { account, held } of batch) count([oneOf(account, 1), ...figuresOf(held)]);
    onProgress((begun + batch.length) / people);
  }
  await storage.figures.add([...counted].map(([id, value]) => ({ id, value })));
  await storage.figures.recordHighest({ id: followedUntil, value: now });
}

function portWriter(storage: Storage): SeedWriter {
  return {
    batchSize: batchSizes[storage.engine],
    async write(people, seal) {
      await Promise.all(people.flatMap((person) => insertions({ storage, seal }, person)));
    },
  };
}

function insertions(
  { storage, seal }: { storage: Storage; seal: Seal },
  { account, passkeys, held, signIns, artifacts }: Seeded,
): Promise<void>[] {
  return [
    storage.accounts.insert(account),
    ...(held.length > 0
      ? [storage.passkeyHolders.insert({ id: account.id, passkeys: held, revision: 1 })]
      : []),
    ...passkeys.map((passkey) => storage.passkeys.insert(passkey)),
    ...signIns.map((signIn) => storage.signIns.insert(signIn)),
    ...artifacts.map((artifact) => storage.artifacts.upsert(seal(artifact))),
  ];
}
