import type { Middleware } from 'koa';
import type { Limit, Limiter } from './http/rate-limit.ts';
import { mtlsAuthMethods } from './oidc/mtls.ts';
import { removeUnusedApps } from './registration/clean-up.ts';
import { createRegistration } from './registration/register.ts';
import { createRegistrationRoutes } from './registration/routes.ts';
import type { RoomDependencies } from './rooms.ts';

/** Where apps register by themselves. Nothing where the settings say so, but those that nobody uses are removed still. */
export function openRegistration(
  { config, secret, storage, apps, audit, every, now }: RoomDependencies,
  createLimiter: (limit: Limit) => Limiter,
): Middleware[] {
  const { artifacts, initialAccessTokens } = storage;
  const { record } = audit;
  every(60 * 60_000, async () => {
    await removeUnusedApps({ apps: storage.apps, artifacts, record, now });
  });
  const { registration: mode, issuer, rateLimit } = config;
  if (mode === 'off') return [];
  const forgetting = {
    ...storage.apps,
    update: async (...args: Parameters<typeof storage.apps.update>) => {
      const isDone = await storage.apps.update(...args);
      apps.clear();
      return isDone;
    },
    remove: async (id: string) => {
      const isDone = await storage.apps.remove(id);
      apps.clear();
      return isDone;
    },
  };
  const registration = createRegistration({
    ...{ issuer, mode, artifacts, initialAccessTokens, record, now },
    apps: forgetting,
    hash: secret.hash,
    authMethods: mtlsAuthMethods(config),
  });
  const limiter = createLimiter({ attempts: Math.ceil(rateLimit / 15), seconds: 60 });
  const router = createRegistrationRoutes(registration, limiter);
  return [router.routes(), router.allowedMethods()] as Middleware[];
}
