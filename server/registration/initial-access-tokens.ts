import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Hash } from '../apps/app-secret.ts';
import type { InitialAccessToken, InitialAccessTokenRepository } from './initial-access-token.ts';

type Said = Pick<InitialAccessToken, 'name' | 'policy' | 'usesLeft' | 'expiresAt'>;

/** A new one, and the token itself, which is kept nowhere: to be shown once. */
export function newInitialAccessToken(
  said: Said,
  { hash, now }: { hash: Hash; now: number },
): { record: InitialAccessToken; token: string } {
  const id = randomBytes(6).toString('hex');
  const token = `${id}.${randomBytes(32).toString('base64url')}`;
  const record = { ...said, id, hash: hash('initial-access-token', token), createdAt: now, revision: 1 };
  return { record, token };
}

export async function findToken(
  tokens: Pick<InitialAccessTokenRepository, 'find'>,
  { token, hash, now }: { token: string; hash: Hash; now: number },
): Promise<InitialAccessToken | undefined> {
  const [id = ''] = token.split('.');
  const record = await tokens.find(id, now);
  const kept = Buffer.from(record?.hash ?? '');
  const presented = Buffer.from(hash('initial-access-token', token));
  const isIt = kept.length === presented.length && timingSafeEqual(kept, presented);
  return isIt && record && record.usesLeft > 0 ? record : undefined;
}

/** Of several who have the last use at once, one does. */
export async function takeUse(
  tokens: Pick<InitialAccessTokenRepository, 'find' | 'update'>,
  first: InitialAccessToken,
  now: number,
): Promise<boolean> {
  let token: InitialAccessToken | undefined = first;
  while (token && token.usesLeft > 0) {
    if (await tokens.update({ ...token, usesLeft: token.usesLeft - 1 }, token.revision)) return true;
    token = await tokens.find(token.id, now);
  }
  return false;
}
