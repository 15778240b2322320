/**
 * What pairwise subject identifiers are made of (OIDC Core §8.1). Random, and no part of the installation secret: that
 * one is exchanged, and people stay who they are. It lies sealed in the one record of the installation.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { InstallationRepository } from './installation.ts';
import type { SecretRing } from './ring.ts';
import type { Secret } from './secret.ts';

const context = 'salt of pairwise subs';

export const makeSalt = (): string => randomBytes(32).toString('base64url');

export const sealSalt = (secret: Pick<Secret, 'seal'>, salt: string): string => secret.seal(salt, context);

/** @throws Error where it was sealed with another secret */
export const openSalt = (secret: Pick<Secret, 'open'>, sealed: string): string =>
  secret.open(sealed, context);

/** The `sub` of somebody in a sector: nobody who lacks the salt can tell whose it is, or that two are of one person. */
export type Pairwise = (sector: string, sub: string) => string;

export function createPairwise(salt: string): Pairwise {
  const key = createSecretKey(Buffer.from(salt, 'base64url'));
  // No host has a line break in it.
  return (sector, sub) => createHmac('sha256', key).update(`${sector}\n${sub}`).digest('base64url');
}

interface Dependencies {
  repository: Pick<InstallationRepository, 'find' | 'update'>;
  secret: Pick<SecretRing, 'follow' | 'seal'>;
}

/**
 * Sees to it that there is one, made once whoever starts at the same time. `given` is one from elsewhere, for an
 * installation that has told no app of a pairwise sub: it takes the place of what is there.
 */
export async function keepPairwiseSalt({ repository, secret }: Dependencies, given?: string): Promise<void> {
  const salt = given ?? makeSalt();
  for (;;) {
    const installation = await repository.find();
    if (!installation) return;
    secret.follow(installation);
    if (installation.pairwiseSalt !== undefined && given === undefined) return;
    const next = { ...installation, pairwiseSalt: sealSalt(secret, salt) };
    if (!(await repository.update(next, installation.revision ?? 0))) continue;
    secret.follow(next);
    return;
  }
}
