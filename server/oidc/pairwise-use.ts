import type { App, AppRepository } from '../apps/app.ts';
import { ConflictError } from '../errors.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import { findingResealed } from './finding-resealed.ts';
import { createVault, type VaultSecret } from './vault.ts';

/** Whether anything depends on what pairwise `sub`s are made of. */
export interface PairwiseUse {
  /** Once an app is told such subs. */
  noteTold(): Promise<void>;
  /** Who knows people by them, in words; `undefined` where nobody does. */
  dependents(): Promise<string | undefined>;
  /** What apps have of people whom they know by them; no app is told. Resolves to how many grants it was. */
  endGrants(): Promise<number>;
}

interface Dependencies {
  storage: { artifacts: ArtifactRepository; apps: Pick<AppRepository, 'list'> };
  secret: VaultSecret;
  now: () => number;
}

/** One mark, beside the record of the installation: apps that describe themselves are stored nowhere. */
const mark = { model: 'PairwiseSubs', rawId: 'told' };

export function createPairwiseUse({ storage, secret, now }: Dependencies): PairwiseUse {
  const { apps } = storage;
  const artifacts = findingResealed(storage.artifacts);
  const vault = createVault(secret);
  let isNoted = false;
  return {
    async noteTold() {
      if (isNoted) return;
      // By its `jti` it is brought under a new installation secret.
      const told = vault.seal({ ...mark, payload: { jti: mark.rawId }, columns: {} });
      await artifacts.insert(told, now()).catch((error) => {
        if (!(error instanceof ConflictError)) throw error;
      });
      isNoted = true;
    },
    async dependents() {
      const app = await findPairwiseApp(apps);
      if (app) return `${app.name} (${app.id})`;
      const told = await artifacts.find(vault.idOf(mark.model, mark.rawId));
      return told && 'apps that describe themselves, or that are gone';
    },
    async endGrants() {
      let ended = 0;
      for await (const { model, grantId, ...rest } of everything(artifacts)) {
        if (model !== 'Grant' || grantId === undefined) continue;
        const { sector = '' } = vault.open<{ sector?: string }>({ model, grantId, ...rest });
        if (sector === '') continue;
        await artifacts.removeByGrant(grantId);
        ended += 1;
      }
      return ended;
    },
  };
}

async function* everything({ listAll }: Pick<ArtifactRepository, 'listAll'>): AsyncGenerator<Artifact> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await listAll({ limit: 100, ...(after !== undefined && { after }) });
    yield* items;
    if (next === undefined) return;
    after = next;
  }
}

async function findPairwiseApp(apps: Pick<AppRepository, 'list'>): Promise<App | undefined> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await apps.list({ limit: 100, ...(after !== undefined && { after }) });
    const found = items.find(({ subjectType }) => subjectType === 'pairwise');
    if (found || next === undefined) return found;
    after = next;
  }
}
