import { isDeepStrictEqual } from 'node:util';
import type { App, AppSecret } from '../apps/app.ts';
import { keptHash } from '../apps/app-secret.ts';
import { importedSecretHash, isImportable } from '../apps/imported-secret.ts';
import { isRegisteredId } from '../apps/registered-id.ts';
import { ConflictError } from '../errors.ts';
import type { CarriedApp, CarriedSecret } from './content.ts';
import type { Taking } from './taking.ts';

/** A client id is what an app is known by: another one that has it stands in the way. */
export async function takeApp(taking: Taking, carried: CarriedApp): Promise<void> {
  const { storage, report, store, appIds } = taking;
  const known = await storage.apps.findById(carried.id);
  if (known && isSame(known, carried)) {
    appIds.add(carried.id);
    return report.count('app', 'present');
  }
  const app = appOf(taking, carried);
  if (known || isOurs(carried.id)) return inTheWay(taking, carried);
  try {
    if (store) await storage.apps.insert(app);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    if (error.field === 'proxiedOrigins') return originTaken(taking, carried);
    return takeApp(taking, carried);
  }
  appIds.add(carried.id);
  report.count('app', 'added');
}

/** Ids of apps that the server makes itself, and of those that register by themselves, which come once. */
function isOurs(id: string): boolean {
  return id === 'demo' || id.startsWith('latchkey-') || isRegisteredId(id);
}

/** The same app, whatever was changed of it since. */
function isSame(known: App, { kind, name, redirectUris }: CarriedApp): boolean {
  return known.kind === kind && known.name === name && isDeepStrictEqual(known.redirectUris, redirectUris);
}

function inTheWay({ report }: Taking, { id }: CarriedApp): void {
  const text = 'is the client id of another app that is here';
  report.conflict({ kind: 'app', item: id, reason: 'id_taken', text });
}

function originTaken({ report }: Taking, { id }: CarriedApp): void {
  const text = 'is at an address that is another app’s here';
  report.conflict({ kind: 'app', item: id, reason: 'origin_taken', text });
}

function appOf(taking: Taking, { secrets, allowedGroups, ...app }: CarriedApp): App {
  const groups = allowedGroups?.flatMap((id) => taking.groupIds.get(id) ?? []);
  return {
    ...app,
    secrets: secrets.flatMap((secret) => secretOf(taking, app.id, secret) ?? []),
    // Also where none is left: nobody may use it then, rather than everybody.
    ...(groups && { allowedGroups: groups }),
    origin: 'administrator',
    revision: 1,
  };
}

function secretOf(
  { secret: { hash, seal }, report }: Taking,
  appId: string,
  carried: CarriedSecret,
): AppSecret | undefined {
  const { id, createdAt, expiresAt } = carried;
  const kept = { id, createdAt, ...(expiresAt !== undefined && { expiresAt }) };
  if ('value' in carried) return { ...kept, hash: keptHash(hash, carried.value) };
  const { imported } = carried;
  if (isImportable(imported))
    return { ...kept, hash: importedSecretHash(imported, { appId, secretId: id, seal }) };
  const text = 'is kept in a form that is not taken: make a new one with `latchkey app rotate-secret`';
  report.left({ kind: 'secret', item: appId, reason: 'unknown_hash', text });
  return undefined;
}
