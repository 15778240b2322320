/**
 * What pairwise subject identifiers are made of (OIDC Core §8.1). Random, and no part of the installation secret: that
 * one is exchanged, and people stay who they are. It lies sealed in the one record of the installation.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { StorageError } from '../errors.ts';
import type { Installation, InstallationRepository } from './installation.ts';
import type { SecretRing } from './ring.ts';
import { keyIdOf, type Secret } from './secret.ts';

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

interface KeepDependencies extends Dependencies {
  /** Which apps know people by `sub`s that are made of it, in words; `undefined` where none do. */
  dependents: () => Promise<string | undefined>;
}

/**
 * Sees to it that there is one, made once whoever starts at the same time. Where it is gone, and apps know people by it,
 * none is made: to those everybody would be somebody new.
 * @throws StorageError `no_salt`
 */
export async function keepPairwiseSalt(dependencies: KeepDependencies): Promise<void> {
  const missing = await lackOfSalt(dependencies);
  if (missing) throw missing;
}

/** Makes one where there is none yet and nothing depends on it. Resolves to what is wrong where something does. */
export async function lackOfSalt(dependencies: KeepDependencies): Promise<StorageError | undefined> {
  const installation = await dependencies.repository.find();
  if (!installation) return undefined;
  // Somebody else may have made it since this process read what there is.
  dependencies.secret.follow(installation);
  if (installation.pairwiseSalt !== undefined) return undefined;
  const dependents = await dependencies.dependents();
  if (dependents !== undefined) return missingSalt(dependents);
  await change(dependencies, (before) =>
    before.pairwiseSalt === undefined ? { ...before, ...sealed(dependencies, makeSalt()) } : before,
  );
  return undefined;
}

/** One from elsewhere, or another one: it takes the place of what is there. */
export const setPairwiseSalt = (dependencies: Dependencies, salt: string): Promise<void> =>
  change(dependencies, (before) => ({ ...before, ...sealed(dependencies, salt) }));

/** Brings it under the current secret, whichever it was put back under. Tells whether there was anything to do. */
export async function resealPairwiseSalt({
  repository,
  secret,
}: {
  repository: Pick<InstallationRepository, 'find' | 'update'>;
  secret: Pick<SecretRing, 'keyId' | 'seal' | 'get'>;
}): Promise<boolean> {
  const installation = await repository.find();
  const before = installation?.pairwiseSalt;
  // Whoever has not gone over yet would seal with the secret before.
  if (before === undefined || keyIdOf(installation?.keyCheck ?? '') !== secret.keyId) return false;
  const sealer = keyIdOf(before) === secret.keyId ? undefined : secret.get(keyIdOf(before));
  if (!installation || !sealer) return false;
  const pairwiseSalt = sealSalt(secret, openSalt(sealer, before));
  return repository.update({ ...installation, pairwiseSalt }, installation.revision ?? 0);
}

const sealed = ({ secret }: Dependencies, salt: string) => ({ pairwiseSalt: sealSalt(secret, salt) });

async function change(
  { repository, secret }: Dependencies,
  edit: (installation: Installation) => Installation,
): Promise<void> {
  for (;;) {
    const installation = await repository.find();
    if (!installation) return;
    secret.follow(installation);
    const next = edit(installation);
    if (next === installation) return;
    if (!(await repository.update(next, installation.revision ?? 0))) continue;
    secret.follow(next);
    return;
  }
}

/** @param dependents who know people by it, in words */
export const missingSalt = (dependents: string) =>
  new StorageError(
    'no_salt',
    `what pairwise subs are made of is gone from the record of the installation, and it is needed: ${dependents} would know nobody again.`,
  );
