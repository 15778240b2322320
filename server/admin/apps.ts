import { newSecret, withRotatedSecret } from '../apps/app-secret.ts';
import { newApp } from '../apps/create-app.ts';
import type { NewApp } from '../apps/validation.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { App, AppSecret, Page } from '../storage.ts';
import type { AdminContext } from './administration.ts';

/** An app as an administrator may see it: without the hashes of its secrets. */
export type AppFacts = Omit<App, 'secrets'> & { secrets: Omit<AppSecret, 'hash'>[] };

const hour = 60 * 60 * 1000;

export type AppOperations = ReturnType<typeof appOperations>;

export function appOperations({ storage, hash, record, now, actor }: AdminContext) {
  const { apps } = storage;
  async function found(id: string): Promise<App> {
    const app = await apps.findById(id);
    if (!app) throw new AppError('not_found', { field: 'app', detail: `there is no app "${id}"` });
    return app;
  }
  return {
    /** The secret is shown once: it is kept nowhere. @throws AppError `field_invalid` with every reason */
    async add(input: NewApp): Promise<{ app: AppFacts; secret?: string }> {
      const { app, secret } = newApp(input, { hash, now: now() });
      await apps.insert(app).catch(idTaken);
      await record({ type: 'app.added', actor, appId: app.id });
      return { app: facts(app), ...(secret === undefined ? {} : { secret }) };
    },
    async list(query: { after?: string; limit: number }): Promise<Page<AppFacts>> {
      const { items, ...more } = await apps.list(query);
      return { items: items.map(facts), ...more };
    },
    async show({ id }: { id: string }): Promise<AppFacts> {
      return facts(await found(id));
    },
    /** Its codes, tokens and grants end at once. */
    async remove({ id }: { id: string }): Promise<{ removed: true; ended: number }> {
      await found(id);
      await apps.remove(id);
      const ended = await storage.artifacts.removeByApp(id);
      await record({ type: 'app.removed', actor, appId: id, details: { ended } });
      return { removed: true, ended };
    },
    /** A new secret beside the one before, which ends after `previousHours`. */
    async rotateSecret({ id, previousHours }: { id: string; previousHours: number }) {
      const app = await found(id);
      if (app.tokenEndpointAuthMethod === 'none')
        throw new AppError('field_invalid', { field: 'app', detail: `a ${app.kind} app has no secret` });
      const at = now();
      const { secret, value } = newSecret({ hash, now: at });
      const rotated = withRotatedSecret(app, { secret, now: at, previousEndsAt: at + previousHours * hour });
      if (!(await apps.update(rotated, app.revision))) throw new AppError('conflict', { detail: id });
      await record({ type: 'app.changed', actor, appId: id, details: { secret: secret.id, previousHours } });
      return { app: facts(rotated), secret: value };
    },
  };
}

function facts(app: App): AppFacts {
  return { ...app, secrets: app.secrets.map(({ hash: _hash, ...secret }) => secret) };
}

function idTaken(error: unknown): never {
  if (error instanceof ConflictError)
    throw new AppError('field_invalid', { field: 'id', detail: 'id is taken by another app', cause: error });
  throw error;
}
