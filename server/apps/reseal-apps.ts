import type { Secret } from '../secret/secret.ts';
import type { AppRepository } from './app.ts';
import { resealedApp } from './imported-secret.ts';

const pageSize = 100;

/**
 * Lets client secrets do without the previous installation secret; resolves to how many apps have some. An app that is
 * changed meanwhile is looked at again.
 */
export async function resealApps(
  { apps, secret }: { apps: Pick<AppRepository, 'list' | 'findById' | 'update'>; secret: Secrets },
  { previous, before }: { previous: string; before: number },
): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ; ) {
    const { items, next } = await apps.list({ limit: pageSize, ...(after !== undefined && { after }) });
    for (const item of items)
      for (let app: typeof item | undefined = item; app; app = await apps.findById(app.id)) {
        const resealed = resealedApp(app, { secret, previous, before });
        if (!resealed) break;
        if (!(await apps.update(resealed, app.revision))) continue;
        count += 1;
        break;
      }
    if (next === undefined) return count;
    after = next;
  }
}

type Secrets = Pick<Secret, 'seal' | 'open' | 'carryHashKey'>;
