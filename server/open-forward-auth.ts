import type Router from '@koa/router';
import { createForwardAuthRoutes, type ForwardAuthDependencies } from './forward-auth/routes.ts';
import { createSignInStates } from './forward-auth/sign-in-state.ts';
import { createSiteSessions } from './forward-auth/site-session.ts';
import { createAccountFinder } from './oidc/find-account.ts';
import type { Vault } from './oidc/vault.ts';
import type { RoomDependencies } from './rooms.ts';

/** What gateways ask before each request to a site. */
export function openForwardAuth(
  { config, secret, storage, apps, audit, now }: RoomDependencies,
  { keys, vault, subjectOf }: Pick<ForwardAuthDependencies, 'keys' | 'subjectOf'> & { vault: Vault },
): Router {
  const { artifacts, accounts } = storage;
  return createForwardAuthRoutes({
    ...{ config, issuer: config.issuer, apps, artifacts, accounts, vault, keys, subjectOf, now },
    record: audit.record,
    siteSessions: createSiteSessions({ artifacts, vault, now }),
    states: createSignInStates({ secret, now }),
    findAccount: createAccountFinder(storage),
  });
}
