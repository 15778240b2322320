import type { App, AppSecret } from '../apps/app.ts';
import { openImportedHash } from '../apps/imported-secret.ts';
import { openSigningKey } from '../oidc/keys.ts';
import type { CarriedPasskey } from '../passkeys/carried-passkey.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { openSalt } from '../secret/pairwise-salt.ts';
import type { Secret } from '../secret/secret.ts';
import type { Account, Page, ProviderStorage } from '../storage.ts';
import type { CarriedApp, CarriedItem, CarriedPerson, CarriedSecret, CarriedSigningKey } from './content.ts';
import { type ExportHeader, writeLines } from './lines.ts';
import { seal } from './sealed.ts';

export interface ExportDependencies {
  storage: Pick<
    ProviderStorage,
    'installation' | 'attributeDefinitions' | 'accounts' | 'groups' | 'apps' | 'apis' | 'signingKeys'
  >;
  /** As the identity `administration`. */
  administration: Pick<PasskeyManager, 'exportPasskeys' | 'findFloor'>;
  secret: Pick<Secret, 'open' | 'carryHashKey'>;
  issuer: string;
  now: () => number;
}

interface ExportOptions {
  passphrase: string;
  /** Gets the number of items so far: how many there are is known at the end. */
  onProgress?: (items: number) => void;
}

/**
 * Everything that another installation needs to go on in the place of this one, encrypted: people with passkeys and
 * attributes, groups, apps and APIs with what verifies their secrets, rules, what pairwise `sub`s are made of, the keys that sign tokens. Not in it: sessions,
 * tokens, consents, links, and what happened.
 * @throws AppError `field_invalid` for a passphrase that is too short
 */
export async function exportInstallation(
  dependencies: ExportDependencies,
  { passphrase, onProgress = () => {} }: ExportOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { storage, issuer, now } = dependencies;
  const installation = (await storage.installation.find())?.id ?? '';
  const header: ExportHeader = { issuer, installation, createdAt: now() };
  return seal(writeLines(header, counted(itemsOf(dependencies), onProgress)), passphrase);
}

async function* counted<T>(items: AsyncIterable<T>, tell: (count: number) => void): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    yield item;
    count += 1;
    tell(count);
  }
}

async function* itemsOf(dependencies: ExportDependencies): AsyncGenerator<CarriedItem> {
  const { storage, administration, secret } = dependencies;
  const sealed = (await storage.installation.find())?.pairwiseSalt;
  if (sealed !== undefined) yield { kind: 'pairwiseSalt', record: { salt: openSalt(secret, sealed) } };
  for (const record of await storage.attributeDefinitions.list()) yield { kind: 'attribute', record };
  for await (const groups of pagesOf(storage.groups.list))
    yield* groups.map((record) => ({ kind: 'group' as const, record }));
  for await (const apps of pagesOf(storage.apps.list))
    for (const app of apps)
      if (app.origin === 'administrator') yield { kind: 'app', record: carriedApp(app, secret) };
  for (const record of await storage.apis.list()) yield { kind: 'api', record };
  for await (const accounts of pagesOf(storage.accounts.list))
    for (const record of await withPasskeys(administration, accounts)) yield { kind: 'person', record };
  const { rule, revision } = await administration.findFloor({});
  if (revision > 0) yield { kind: 'rule', record: { rule } };
  yield* (await signingKeys(dependencies)).map((record) => ({ kind: 'signingKey' as const, record }));
}

async function* pagesOf<T>(
  list: (query: { after?: string; limit: number }) => Promise<Page<T>>,
): AsyncGenerator<T[]> {
  let after: string | undefined;
  do {
    const { items, next } = await list({ limit: 100, ...(after !== undefined && { after }) });
    yield items;
    after = next;
  } while (after !== undefined);
}

/** So many handles are asked for at once. */
const handlesAsked = 100;

async function withPasskeys(
  administration: ExportDependencies['administration'],
  accounts: readonly Account[],
): Promise<CarriedPerson[]> {
  const handles = accounts.flatMap(({ userHandles }) => userHandles);
  const passkeys: CarriedPasskey[] = [];
  for (let at = 0; at < handles.length; at += handlesAsked)
    passkeys.push(...(await passkeysOf(administration, handles.slice(at, at + handlesAsked))));
  const byHandle = Map.groupBy(passkeys, ({ userHandle }) => userHandle);
  return accounts.map((account) => ({
    account,
    passkeys: account.userHandles.flatMap((handle) => byHandle.get(handle) ?? []),
  }));
}

async function passkeysOf(
  { exportPasskeys }: ExportDependencies['administration'],
  userHandles: readonly string[],
): Promise<CarriedPasskey[]> {
  // One that is told twice, because the one before it went meanwhile, is one.
  const found = new Map<string, CarriedPasskey>();
  let after: string | undefined;
  for (;;) {
    const { passkeys, more } = await exportPasskeys({ userHandles, ...(after !== undefined && { after }) });
    for (const passkey of passkeys) found.set(passkey.id, passkey);
    after = passkeys.at(-1)?.id;
    if (!more) return [...found.values()];
  }
}

function carriedApp(
  { secrets, origin: _, registration: _n, revision: _r, ...app }: App,
  secret: ExportDependencies['secret'],
): CarriedApp {
  return { ...app, secrets: secrets.map((one) => carriedSecret(app.id, one, secret)) };
}

/** A keyed hash is worth nothing without its key. */
function carriedSecret(
  appId: string,
  { hash, ...kept }: AppSecret,
  secret: ExportDependencies['secret'],
): CarriedSecret {
  const imported = openImportedHash(hash, { appId, secretId: kept.id, open: secret.open });
  return { ...kept, imported: imported ?? { scheme: 'latchkey', hash, key: secret.carryHashKey() } };
}

/** A staged one has signed nothing yet; what a signer has stays there. */
async function signingKeys({ storage, secret }: ExportDependencies): Promise<CarriedSigningKey[]> {
  const keys = await storage.signingKeys.list();
  return keys
    .filter(({ status, external }) => status !== 'next' && !external)
    .map((key) => ({ id: key.id, alg: key.alg, createdAt: key.createdAt, jwk: openSigningKey(key, secret) }));
}
