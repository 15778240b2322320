import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withLock } from '../../certificates/lock.ts';
import { AppError } from '../../errors.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Tokens } from './token-request.ts';

const tokens = z.object({
  accessToken: z.string(),
  expiresAt: z.number(),
  refreshToken: z.string().exactOptional(),
  scopes: z.array(z.string()),
});
const file = z.record(z.string(), tokens);

/** Tokens of people by server, in a file that only its owner may read. */
export interface KeptTokens {
  find(server: string): Tokens | undefined;
  /** One command at a time: of two that use one refresh token, the second would end both (RFC 9700 §4.14.2). */
  change(
    server: string,
    to: (before: Tokens | undefined) => Promise<Tokens | undefined>,
  ): Promise<Tokens | undefined>;
}

/** Below `$XDG_CONFIG_HOME` or `~/.config` (XDG Base Directory Specification 0.8). @throws AppError `field_invalid` */
export function openKeptTokens({ env }: Pick<Surroundings, 'env'>): KeptTokens {
  const folder = folderOf(env);
  const path = join(folder, 'tokens.json');
  const find = (server: string) => read(path)[server];
  return {
    find,
    async change(server, to) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
      return withLock(`${path}.lock`, async () => {
        const next = await to(find(server));
        const { [server]: _, ...others } = read(path);
        write(path, next ? { ...others, [server]: next } : others);
        return next;
      });
    },
  };
}

function folderOf({ XDG_CONFIG_HOME: config, HOME, USERPROFILE }: Surroundings['env']): string {
  const home = HOME || USERPROFILE;
  if (config) return join(config, 'latchkey');
  if (home) return join(home, '.config', 'latchkey');
  throw new AppError('field_invalid', { field: 'HOME', detail: 'HOME is not set: tokens are kept below it' });
}

/** A file that is broken holds nothing: whoever signs in again has a sound one. */
function read(path: string): Record<string, Tokens> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

/** Beside it first: it is whole at every moment, and closed to others from its first byte on. */
function write(path: string, tokens: Record<string, Tokens>): void {
  const beside = `${path}.${process.pid}`;
  rmSync(beside, { force: true });
  writeFileSync(beside, `${JSON.stringify(tokens, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(beside, path);
}
