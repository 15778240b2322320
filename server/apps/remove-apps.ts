import type { AccountRepository } from '../accounts/account.ts';
import type { ApiRepository } from '../apis/api.ts';
import type { ArtifactRepository } from '../oidc/artifact.ts';
import type { AppRepository } from './app.ts';
import type { AppRefusalsRepository } from './app-refusals.ts';
import { exchangeWithout } from './exchange-without.ts';
import { isRegisteredId } from './registered-id.ts';

export interface AppRemoval {
  apps: Pick<AppRepository, 'list' | 'findById' | 'update' | 'remove'>;
  accounts: Pick<AccountRepository, 'listByAdministered' | 'findById' | 'update'>;
  apis: Pick<ApiRepository, 'list' | 'findById' | 'update'>;
  artifacts: Pick<ArtifactRepository, 'removeByApp'>;
  appRefusals: Pick<AppRefusalsRepository, 'remove'>;
  now: () => number;
}

/**
 * Removes apps with all that they were issued and all that others allow them: another app may have such a client id one
 * day. What they may do goes first, so that a crash half-way leaves apps that may do less, and that can be removed again.
 * All apps that could name them are read twice, however many they are. None is for those that registered by themselves,
 * whose ids come never again: what still names them is tidied up by `removeUnusedApps`, which reads all apps anyway.
 * @param onRemoved for each, as soon as it is gone
 * @returns how much that was issued to them ended
 */
export async function removeApps(
  removal: AppRemoval,
  ids: readonly string[],
  onRemoved: (id: string) => Promise<unknown> = async () => {},
): Promise<number> {
  const { apps, artifacts, appRefusals } = removal;
  await forget(removal, new Set(ids));
  let ended = 0;
  for (const id of ids) {
    ended += await artifacts.removeByApp(id);
    await apps.remove(id);
    // What was issued, or allowed, while that went on.
    ended += await artifacts.removeByApp(id);
    await appRefusals.remove(id);
    await onRemoved(id);
  }
  await forget(removal, new Set(ids));
  return ended;
}

type Ids = ReadonlySet<string>;

async function forget(removal: AppRemoval, ids: Ids): Promise<void> {
  if (ids.size === 0) return;
  for (const appId of ids)
    for (const { id } of await removal.accounts.listByAdministered(appId))
      await forgetAtPerson(removal, id, ids);
  for (const { id } of await removal.apis.list()) await forgetAtApi(removal, id, ids);
  const mayComeAgain = new Set([...ids].filter((id) => !isRegisteredId(id)));
  if (mayComeAgain.size > 0) await forgetAtApps(removal, mayComeAgain);
}

async function forgetAtApps(removal: AppRemoval, ids: Ids): Promise<void> {
  let after: string | undefined;
  do {
    const { items, next } = await removal.apps.list({ limit: 200, ...(after !== undefined && { after }) });
    for (const app of items)
      if (app.tokenExchange?.apps.some((id) => ids.has(id))) await forgetAtApp(removal, app.id, ids);
    after = next;
  } while (after !== undefined);
}

/** Whoever changes it at the same moment is read again. */
async function forgetAtApi({ apis, now }: AppRemoval, id: string, ids: Ids): Promise<void> {
  for (;;) {
    const api = await apis.findById(id);
    if (!api) return;
    const apps = api.apps.filter((app) => !ids.has(app.id));
    const introspectedBy = api.introspectedBy.filter((one) => !ids.has(one));
    if (apps.length === api.apps.length && introspectedBy.length === api.introspectedBy.length) return;
    if (await apis.update({ ...api, apps, introspectedBy, updatedAt: now() }, api.revision)) return;
  }
}

/** Nobody administers an app that gets such a client id because they administered the one before. */
async function forgetAtPerson({ accounts, now }: AppRemoval, id: string, ids: Ids): Promise<void> {
  for (;;) {
    const account = await accounts.findById(id);
    if (!account?.administers?.some((one) => ids.has(one))) return;
    const { administers, ...others } = account;
    const kept = administers.filter((one) => !ids.has(one));
    const next = { ...others, ...(kept.length > 0 && { administers: kept }), updatedAt: now() };
    if (await accounts.update(next, account.revision)) return;
  }
}

export async function forgetAtApp(
  { apps, now }: Pick<AppRemoval, 'apps' | 'now'>,
  id: string,
  ids: Ids,
): Promise<void> {
  for (;;) {
    const app = await apps.findById(id);
    if (!app?.tokenExchange?.apps.some((one) => ids.has(one))) return;
    const { tokenExchange, ...others } = app;
    const kept = exchangeWithout(tokenExchange, ids);
    const next = { ...others, ...(kept && { tokenExchange: kept }), updatedAt: now() };
    if (await apps.update(next, app.revision)) return;
  }
}
