import type { App } from '../apps/app.ts';
import { isRegisteredId } from '../apps/registered-id.ts';
import { type AppRemoval, forgetAtApp, removeApps } from '../apps/remove-apps.ts';
import type { RecordAudit } from '../audit/audit.ts';
import type { ArtifactRepository } from '../oidc/artifact.ts';

const day = 24 * 60 * 60_000;
/** Milliseconds that an app may stay unused: never at all, registered by anybody or with a token; and since its last use. */
const [neverOpen, neverToken, sinceUse] = [day, 30 * day, 90 * day];

interface Dependencies extends AppRemoval {
  artifacts: Pick<ArtifactRepository, 'listByApp' | 'removeByApp'>;
  record: RecordAudit;
}

/**
 * Removes apps that registered by themselves and that nobody uses, and takes away what still names some that are gone.
 * Resolves to how many it removed.
 */
export async function removeUnusedApps(dependencies: Dependencies): Promise<number> {
  const { unused, naming } = await readAll(dependencies);
  await removeApps(dependencies, unused, (appId) =>
    dependencies.record({ type: 'app.removed', appId, details: { by: 'clean-up' } }),
  );
  await forgetGone(dependencies, naming);
  return unused.length;
}

interface Read {
  unused: string[];
  /** Of apps, which ones that registered by themselves they may exchange tokens of. */
  naming: Map<string, string[]>;
}

async function readAll(dependencies: Dependencies): Promise<Read> {
  const unused: string[] = [];
  const naming: Read['naming'] = new Map();
  let after: string | undefined;
  do {
    const { items, next } = await dependencies.apps.list({
      limit: 200,
      ...(after !== undefined && { after }),
    });
    for (const app of items) {
      const named = app.tokenExchange?.apps.filter(isRegisteredId) ?? [];
      if (named.length > 0) naming.set(app.id, named);
      if (app.origin === 'dynamic' && (await isUnused(dependencies, app))) unused.push(app.id);
    }
    after = next;
  } while (after !== undefined);
  return { unused, naming };
}

async function forgetGone(dependencies: Dependencies, naming: Read['naming']): Promise<void> {
  for (const [appId, named] of naming) {
    const found = await Promise.all(named.map((id) => dependencies.apps.findById(id)));
    const gone = new Set(named.filter((_, index) => !found[index]));
    if (gone.size > 0) await forgetAtApp(dependencies, appId, gone);
  }
}

async function isUnused({ apps, artifacts, now }: Dependencies, app: App): Promise<boolean> {
  if (await hasGrants(artifacts, app.id)) {
    const { registration } = app;
    // Once a day is enough to know.
    if (registration && (registration.usedAt ?? 0) < now() - day)
      await apps.update(
        { ...app, registration: { ...registration, usedAt: now() }, revision: app.revision + 1 },
        app.revision,
      );
    return false;
  }
  return now() >= keptUntil(app);
}

async function hasGrants({ listByApp }: Dependencies['artifacts'], id: string): Promise<boolean> {
  for (const model of ['Grant', 'ClientCredentials'] as const)
    if ((await listByApp(id, { model, limit: 1 })).items.length > 0) return true;
  return false;
}

function keptUntil({ createdAt, registration }: App): number {
  if (registration?.usedAt !== undefined) return registration.usedAt + sinceUse;
  return createdAt + (registration?.initialAccessToken === undefined ? neverOpen : neverToken);
}
