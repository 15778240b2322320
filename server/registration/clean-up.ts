import type { App } from '../apps/app.ts';
import { type AppRemoval, removeApps } from '../apps/remove-apps.ts';
import type { RecordAudit } from '../audit/audit.ts';
import type { ArtifactRepository } from '../oidc/artifact.ts';

const day = 24 * 60 * 60_000;
/** Milliseconds that an app may stay unused: never at all, registered by anybody or with a token; and since its last use. */
const [neverOpen, neverToken, sinceUse] = [day, 30 * day, 90 * day];

interface Dependencies extends AppRemoval {
  artifacts: Pick<ArtifactRepository, 'listByApp' | 'removeByApp'>;
  record: RecordAudit;
}

/** Removes apps that registered by themselves and that nobody uses. Resolves to how many. */
export async function removeUnusedApps(dependencies: Dependencies): Promise<number> {
  const unused = await listUnused(dependencies);
  await removeApps(dependencies, unused, (appId) =>
    dependencies.record({ type: 'app.removed', appId, details: { by: 'clean-up' } }),
  );
  return unused.length;
}

async function listUnused(dependencies: Dependencies): Promise<string[]> {
  const unused: string[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await dependencies.apps.list({
      limit: 200,
      ...(after !== undefined && { after }),
    });
    for (const app of items.filter(({ origin }) => origin === 'dynamic'))
      if (await isUnused(dependencies, app)) unused.push(app.id);
    after = next;
  } while (after !== undefined);
  return unused;
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
