import type { Middleware } from 'koa';
import { forgetting } from './apps/app-cache.ts';
import type { Limit, Limiter } from './http/rate-limit.ts';
import { mtlsAuthMethods } from './oidc/mtls.ts';
import { removeUnusedApps } from './registration/clean-up.ts';
import { createRegistration } from './registration/register.ts';
import { createRegistrationRoutes } from './registration/routes.ts';
import type { RoomDependencies } from './rooms.ts';

/** Where apps register by themselves. Nothing where the settings say so, but those that nobody uses are removed still. */
export function openRegistration(
  { config, secret, storage, apps, outbound, audit, every, now }: RoomDependencies,
  createLimiter: (limit: Limit) => Limiter,
): Middleware[] {
  const { accounts, artifacts, apis, appRefusals, initialAccessTokens } = storage;
  const { record } = audit;
  const removal = {
    ...{ accounts, artifacts, apis, appRefusals, now },
    apps: forgetting(storage.apps, apps),
  };
  every(60 * 60_000, async () => {
    await removeUnusedApps({ ...removal, record });
  });
  const { registration: mode, issuer, rateLimit } = config;
  if (mode === 'off') return [];
  const registration = createRegistration({
    ...{ ...removal, issuer, mode, initialAccessTokens, record },
    hash: secret.hash,
    authMethods: mtlsAuthMethods(config),
    askAddress: outbound.ask,
  });
  const limiter = createLimiter({ attempts: Math.ceil(rateLimit / 15), seconds: 60 });
  const router = createRegistrationRoutes(registration, limiter);
  return [router.routes(), router.allowedMethods()] as Middleware[];
}
