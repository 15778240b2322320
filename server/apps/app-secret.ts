import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { App, AppSecret } from './app.ts';

/** `Secret.hash`: keyed, so that a stolen database cannot be searched for a secret. */
export type Hash = (namespace: string, value: string) => string;

const scheme = 'hmac-sha256:';

/**
 * A client secret of 256 random bits, and what is kept of it. At that entropy a keyed hash is enough: a slow one
 * would protect nothing and cost CPU at every token request.
 */
export function newSecret({ hash, now }: { hash: Hash; now: number }): { secret: AppSecret; value: string } {
  const value = randomBytes(32).toString('base64url');
  return {
    secret: { id: randomBytes(6).toString('hex'), hash: keptHash(hash, value), createdAt: now },
    value,
  };
}

/** The app with one more secret; those before it end at `previousEndsAt`, expired ones are dropped. */
export function withRotatedSecret(
  app: App,
  { secret, now, previousEndsAt }: { secret: AppSecret; now: number; previousEndsAt: number },
): App {
  const before = app.secrets
    .filter((old) => isValid(old, now))
    .map((old) => ({ ...old, expiresAt: Math.min(old.expiresAt ?? previousEndsAt, previousEndsAt) }))
    .filter((old) => isValid(old, now));
  return { ...app, secrets: [...before, secret], updatedAt: now, revision: app.revision + 1 };
}

/** The app without one of its secrets, from now on. */
export function withoutSecret(app: App, id: string, now: number): App {
  const secrets = app.secrets.filter((secret) => secret.id !== id);
  return { ...app, secrets, updatedAt: now, revision: app.revision + 1 };
}

/** Whether it shows who it is with a secret: others have a key of their own, or nothing that could be kept. */
export function takesSecret({
  tokenEndpointAuthMethod: method,
}: Pick<App, 'tokenEndpointAuthMethod'>): boolean {
  return method === 'client_secret_basic' || method === 'client_secret_post';
}

/** What `presented` is among the app's secrets. Takes the same time for every answer. */
export function judgeSecret(input: {
  app: App;
  presented: string;
  hash: Hash;
  now: number;
}): 'valid' | 'expired' | 'unknown' {
  const presented = Buffer.from(keptHash(input.hash, input.presented));
  let found: 'valid' | 'expired' | 'unknown' = 'unknown';
  for (const secret of input.app.secrets) {
    const kept = Buffer.from(secret.hash);
    const equal = kept.length === presented.length && timingSafeEqual(kept, presented);
    if (equal && found !== 'valid') found = isValid(secret, input.now) ? 'valid' : 'expired';
  }
  return found;
}

export function isValid(secret: AppSecret, now: number): boolean {
  return secret.expiresAt === undefined || secret.expiresAt > now;
}

const namespace = 'app-secret';

/** What is kept of a secret. */
export function keptHash(hash: Hash, value: string): string {
  return `${scheme}${hash(namespace, value)}`;
}

/** What may have been kept of it under an installation secret before, of `hashes` without the current one. */
export function formerlyKeptHashes(
  hashes: (namespace: string, value: string) => readonly string[],
  value: string,
): string[] {
  const [, ...former] = hashes(namespace, value);
  return former.map((hash) => `${scheme}${hash}`);
}

/** Whether it is kept as those made here are. */
export const isOwnHash = (hash: string): boolean => hash.startsWith(scheme);
