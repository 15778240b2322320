import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Installation, InstallationRepository } from './installation.ts';
import { openSalt, sealSalt } from './pairwise-salt.ts';
import { openFormer, type SecretRing, sealFormer } from './ring.ts';
import { keyIdOf, makeKeyCheck, type OneSecret } from './secret.ts';

/** In this time every instance has read what the storage says of the secret: they look once a second. */
export const settleMs = 3000;

interface ExchangeDependencies {
  repository: Pick<InstallationRepository, 'find' | 'update'>;
  secret: SecretRing;
  now: () => number;
}

/**
 * Lets another secret take the place of the current one. It is announced first: every instance reads with it from then
 * on, or says that it does not have it. Then all go over, by one change of one record.
 * @throws AppError `conflict` where the exchange before is not at its end, or an instance does not have the secret
 */
export async function exchangeSecret(
  dependencies: ExchangeDependencies,
  next: OneSecret,
  patience = settleMs,
): Promise<void> {
  await announce(dependencies, next);
  const { now } = dependencies;
  for (const until = now() + patience; now() < until; await delay(100)) {
    const { announced } = await current(dependencies);
    if (announced?.lackedBy === undefined) continue;
    await change(dependencies, ({ announced: _, ...rest }) => rest);
    throw new AppError('conflict', {
      detail: `the server at ${announced.lackedBy} does not have the new secret. Nothing was changed: give it the same file, then do this again`,
    });
  }
  await takeOver(dependencies, next);
}

async function announce(dependencies: ExchangeDependencies, next: OneSecret): Promise<void> {
  const announced = { keyCheck: makeKeyCheck(next), at: dependencies.now() };
  await change(dependencies, (installation) => {
    if (installation.previous)
      throw new AppError('conflict', {
        detail: 'the exchange before is not at its end: `latchkey secret retire` ends it',
      });
    return { ...installation, announced };
  });
}

async function takeOver({ secret, now, ...rest }: ExchangeDependencies, next: OneSecret): Promise<void> {
  await change({ secret, now, ...rest }, ({ announced, pairwiseSalt: salt, ...installation }) => {
    const before = secret.get(keyIdOf(installation.keyCheck));
    if (!before || keyIdOf(announced?.keyCheck ?? '') !== next.keyId)
      throw new AppError('conflict', { detail: 'somebody else exchanges the secret at the same time' });
    const inherited = (installation.former ?? []).map((sealed) =>
      sealFormer(next, openFormer(sealed, before)),
    );
    return {
      ...installation,
      keyCheck: makeKeyCheck(next),
      previous: { keyCheck: installation.keyCheck, replacedAt: now(), rekeyed: 0 },
      former: [...inherited, sealFormer(next, before.bequeath())],
      ...(salt !== undefined && {
        pairwiseSalt: sealSalt(next, openSalt(secret.get(keyIdOf(salt)) ?? before, salt)),
      }),
    };
  });
}

/** From now on nothing is read with the previous secret any more. */
export async function forgetPrevious(dependencies: ExchangeDependencies): Promise<void> {
  await change(dependencies, ({ previous: _, ...rest }) => rest);
}

/** @throws Error where there is no installation yet */
async function current({ repository }: Pick<ExchangeDependencies, 'repository'>): Promise<Installation> {
  const installation = await repository.find();
  if (!installation) throw new AppError('not_found', { detail: 'there is no installation yet' });
  return installation;
}

/** Whoever reads it goes by it. */
async function change(
  { repository, secret }: ExchangeDependencies,
  edit: (installation: Installation) => Installation,
): Promise<void> {
  for (;;) {
    const installation = await current({ repository });
    const next = edit(installation);
    if (!(await repository.update(next, installation.revision ?? 0))) continue;
    secret.follow(next);
    return;
  }
}
