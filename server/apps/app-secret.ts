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
  return { secret: { id: randomBytes(6).toString('hex'), hash: hashed(hash, value), createdAt: now }, value };
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

/** Whether `presented` is one of the app's secrets that have not expired. Takes the same time for every answer. */
export function secretMatches(input: { app: App; presented: string; hash: Hash; now: number }): boolean {
  const presented = Buffer.from(hashed(input.hash, input.presented));
  let matches = false;
  for (const secret of input.app.secrets) {
    const kept = Buffer.from(secret.hash);
    const equal = kept.length === presented.length && timingSafeEqual(kept, presented);
    if (equal && isValid(secret, input.now)) matches = true;
  }
  return matches;
}

function isValid(secret: AppSecret, now: number): boolean {
  return secret.expiresAt === undefined || secret.expiresAt > now;
}

function hashed(hash: Hash, value: string): string {
  return `${scheme}${hash('app-secret', value)}`;
}
