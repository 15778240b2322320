import type { Context } from 'koa';
import type { Secret } from '../secret/secret.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';

/** A cookie that carries something through a few requests, readable by this server alone. */
export interface SealedCookie<T> {
  set(ctx: Context, value: T): void;
  /** `undefined` if it is missing, over, or not of this server. */
  read(ctx: Context): T | undefined;
  clear(ctx: Context): void;
}

interface Sealed<T> {
  value: T;
  expiresAt: number;
}

export function createSealedCookie<T>(
  { secret, now }: { secret: Pick<Secret, 'seal' | 'open'>; now: () => number },
  { name, minutes }: { name: string; minutes: number },
): SealedCookie<T> {
  const context = `cookie ${name}`;
  return {
    set(ctx, value) {
      const sealed: Sealed<T> = { value, expiresAt: now() + minutes * 60_000 };
      setCookie(ctx, name, { value: secret.seal(JSON.stringify(sealed), context), minutes });
    },
    read(ctx) {
      const cookie = readCookie(ctx, name);
      const { value, expiresAt } = cookie ? opened<T>(secret, cookie, context) : {};
      return expiresAt !== undefined && expiresAt > now() ? value : undefined;
    },
    clear: (ctx) => clearCookie(ctx, name),
  };
}

function opened<T>(secret: Pick<Secret, 'open'>, cookie: string, context: string): Partial<Sealed<T>> {
  try {
    return JSON.parse(secret.open(cookie, context));
  } catch {
    // Signed with the same installation secret in an earlier version, or cut: as good as absent.
    return {};
  }
}
