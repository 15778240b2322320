/** The keys of receipts, as their owner handles them: made, staged, changed. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { AppError, ConflictError } from '../errors.ts';
import type { Secret } from '../secret/secret.ts';
import {
  isOwn,
  type ReceiptKey,
  type ReceiptKeyFacts,
  type ReceiptKeyRepository,
  standingOf,
} from './receipt-key.ts';

export interface ReceiptKeyDependencies {
  receiptKeys: ReceiptKeyRepository;
  secret: Pick<Secret, 'seal' | 'open'>;
  now: () => number;
}

export const receiptKeyContext = (id: string) => `receipt key ${id}`;

/** All own keys there are, in order of generation. The first start makes the first one. */
export async function openReceiptKeys(dependencies: ReceiptKeyDependencies): Promise<ReceiptKey[]> {
  const list = async () => (await dependencies.receiptKeys.list()).filter(isOwn);
  const stored = await list();
  if (stored.length > 0) return stored;
  const key = await newReceiptKey(dependencies, 1);
  await insertUnlessThere(dependencies, { ...key, currentAt: key.createdAt });
  return list();
}

/** Makes the next key, unless there is one: it is pinned by providers before it signs. */
export async function stageReceiptKey(dependencies: ReceiptKeyDependencies): Promise<ReceiptKeyFacts> {
  const stored = await openReceiptKeys(dependencies);
  const next = standingOf(stored).findLast(({ status }) => status === 'next');
  if (next) return next;
  const generation = (stored.at(-1)?.generation ?? 0) + 1;
  await insertUnlessThere(dependencies, await newReceiptKey(dependencies, generation));
  return stageReceiptKey(dependencies);
}

/**
 * Lets the next key sign, in one step: what comes before it is retired by that, and goes on to verify what it signed.
 * @throws AppError `conflict` if no key is staged
 */
export async function rotateReceiptKey({
  receiptKeys,
  now,
}: Pick<ReceiptKeyDependencies, 'receiptKeys' | 'now'>): Promise<ReceiptKeyFacts> {
  const next = standingOf(await receiptKeys.list()).find(({ status }) => status === 'next');
  if (!next) throw new AppError('conflict', { detail: 'there is no next key: stage one first' });
  await receiptKeys.recordCurrent(next.id, now());
  const current = standingOf(await receiptKeys.list()).find(({ status }) => status === 'current');
  if (!current) throw new Error('a key that signs is there from the first start on');
  return current;
}

async function newReceiptKey(
  { secret, now }: Pick<ReceiptKeyDependencies, 'secret' | 'now'>,
  generation: number,
): Promise<ReceiptKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const { kty = '', crv = '', x = '', y = '' } = jwk;
  const id = await calculateJwkThumbprint(jwk);
  const sealedJwk = secret.seal(JSON.stringify(jwk), receiptKeyContext(id));
  return { id, generation, publicJwk: { kty, crv, x, y }, sealedJwk, createdAt: now() };
}

/** Of several instances the first one is right. */
async function insertUnlessThere(
  { receiptKeys }: Pick<ReceiptKeyDependencies, 'receiptKeys'>,
  key: ReceiptKey,
): Promise<void> {
  try {
    await receiptKeys.insert(key);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
