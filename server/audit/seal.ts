/** Seals personal fields of events under a key of their account, which is deleted with the account. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { ConflictError } from '../errors.ts';
import { keepLatest } from '../keep-latest.ts';
import { resealedWith } from '../secret/reseal.ts';
import type { Secret } from '../secret/secret.ts';
import type { AuditKey, AuditKeyRepository } from './audit-key.ts';
import type { AuditEvent, JsonObject, SealedPart } from './event.ts';
import type { PersonalPart } from './personal.ts';

export interface SealDependencies {
  auditKeys: Pick<AuditKeyRepository, 'insert' | 'findMany' | 'erase'>;
  /** What the keys themselves are sealed with. */
  secret: Pick<Secret, 'seal' | 'open'>;
  now: () => number;
}

export interface Sealer {
  /** Gets keys ready, and makes those that are missing; an account whose key was erased has none. */
  keysOf(ids: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>;
  /** Deletes an account's key for good: what it sealed can be read by nobody any more. */
  erase(id: string): Promise<void>;
}

/** An event as whoever may see everything sees it. */
export type ShownEvent = Omit<AuditEvent, 'personal'> & {
  personal?: JsonObject;
  /** Personal fields were here, and their key is gone. */
  personalRemoved?: true;
};

const mostCached = 10_000;
/** Another instance may have erased the key meanwhile: what is sealed under it later is lost, which is harmless. */
const cachedMs = 5 * 60_000;

/** For writing: keys that were used lately are remembered. */
export function createSealer(dependencies: SealDependencies): Sealer {
  const { auditKeys, now } = dependencies;
  const cache = new Map<string, { key: KeyObject; until: number }>();

  const remember = (id: string, key: KeyObject) =>
    keepLatest(cache, { key: id, value: { key, until: now() + cachedMs }, most: mostCached });

  return {
    async keysOf(ids) {
      const keys = new Map<string, KeyObject>();
      const missing: string[] = [];
      for (const id of new Set(ids)) {
        const cached = cache.get(id);
        if (cached && cached.until > now()) keys.set(id, cached.key);
        else missing.push(id);
      }
      if (missing.length === 0) return keys;
      const stored = new Map((await auditKeys.findMany(missing)).map((key) => [key.id, key]));
      for (const id of missing) {
        const key = openKey(dependencies, stored.get(id) ?? (await makeKey(dependencies, id)));
        if (!key) continue;
        remember(id, key);
        keys.set(id, key);
      }
      return keys;
    },
    async erase(id) {
      cache.delete(id);
      await auditKeys.erase(id, now());
      cache.delete(id);
    },
  };
}

async function makeKey({ auditKeys, secret, now }: SealDependencies, id: string) {
  const sealedKey = secret.seal(randomBytes(32).toString('base64url'), contextOf(id));
  const key: AuditKey = { id, sealedKey, createdAt: now() };
  try {
    await auditKeys.insert(key);
    return key;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return (await auditKeys.findMany([id]))[0];
  }
}

function openKey({ secret }: Pick<SealDependencies, 'secret'>, key: AuditKey | undefined) {
  if (key?.sealedKey === undefined) return undefined;
  return createSecretKey(Buffer.from(secret.open(key.sealedKey, contextOf(key.id)), 'base64url'));
}

const contextOf = (id: string) => `audit key ${id}`;
const version = 'v1.';

/** AES-256-GCM with a random nonce; the part cannot be moved to another event. Without a key there is nothing. */
export function sealParts(
  parts: readonly PersonalPart[],
  event: string,
  keys: ReadonlyMap<string, KeyObject>,
): SealedPart[] {
  return parts.flatMap(({ of, values }) => {
    const key = keys.get(of);
    return key ? [{ of, sealed: sealWith(key, JSON.stringify(values), `${event}\n${of}`) }] : [];
  });
}

function sealWith(key: KeyObject, text: string, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return version + Buffer.concat(body).toString('base64url');
}

function openWith(key: KeyObject, sealed: string, context: string): string {
  const body = Buffer.from(sealed.slice(version.length), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, 12), { authTagLength: 16 })
    .setAAD(Buffer.from(context))
    .setAuthTag(body.subarray(-16));
  return decipher.update(body.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
}

/** Events with their personal fields, as far as the keys are there. Asks for them each time: none is remembered. */
export async function showEvents(
  {
    auditKeys,
    secret,
  }: Pick<SealDependencies, 'secret'> & { auditKeys: Pick<AuditKeyRepository, 'findMany'> },
  events: readonly AuditEvent[],
): Promise<ShownEvent[]> {
  const ids = new Set(events.flatMap(({ personal = [] }) => personal.map(({ of }) => of)));
  const keys = new Map<string, KeyObject>();
  if (ids.size > 0)
    for (const stored of await auditKeys.findMany([...ids])) {
      const key = openKey({ secret }, stored);
      if (key) keys.set(stored.id, key);
    }
  return events.map((event) => showEvent(event, keys));
}

function showEvent({ personal, ...event }: AuditEvent, keys: ReadonlyMap<string, KeyObject>): ShownEvent {
  if (!personal) return event;
  const opened = personal.map(({ of, sealed }) => open(keys.get(of), sealed, `${event.id}\n${of}`));
  const values: JsonObject = Object.assign({}, ...opened);
  return {
    ...event,
    ...(Object.keys(values).length > 0 && { personal: values }),
    ...(opened.includes(undefined) && { personalRemoved: true as const }),
  };
}

/** What was changed since it was sealed is not shown either: `audit verify` finds it. */
function open(key: KeyObject | undefined, sealed: string, context: string): JsonObject | undefined {
  try {
    return key && JSON.parse(openWith(key, sealed, context));
  } catch {
    return undefined;
  }
}

const pageSize = 200;

/** Brings the keys under the current secret; resolves to how many it was. What they seal stays as it is. */
export async function resealAuditKeys({
  auditKeys,
  secret,
}: {
  auditKeys: Pick<AuditKeyRepository, 'listAll' | 'reseal'>;
  secret: Pick<Secret, 'keyId' | 'seal' | 'open'>;
}): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ; ) {
    const { items, next } = await auditKeys.listAll({
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    const done = await Promise.all(
      items.map(async ({ id, sealedKey: from }) => {
        const to = from && resealedWith(secret, { sealed: from, context: contextOf(id) });
        return from && to ? auditKeys.reseal(id, { from, to }) : false;
      }),
    );
    count += done.filter(Boolean).length;
    if (next === undefined) return count;
    after = next;
  }
}
