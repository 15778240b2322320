import { changedProof, mayImpersonate } from '../apps/proof.ts';
import { sectorOf } from '../apps/sector.ts';
import { AppError } from '../errors.ts';
import type { App } from '../storage.ts';
import { mayGiveRoles, type Permissions } from './permission.ts';

type Telling = Pick<
  App,
  | 'id'
  | 'consent'
  | 'scopes'
  | 'claims'
  | 'tokenExchange'
  | 'subjectType'
  | 'sectorIdentifierUri'
  | 'redirectUris'
>;

/**
 * Whoever administers one app decides nothing in the place of its people: that they are not asked, what an app that
 * asks nobody is told, which attributes an app is told, and in which sector it knows
 * them by which `sub`, is for who administers all. @throws AppError `forbidden`
 */
export function requireConsent({ scopes }: Permissions, before: Telling, after: Telling): void {
  if (scopes.has('apps:write')) return;
  const asks = after.consent === 'explicit';
  const field =
    (!asks && before.consent === 'explicit' && 'consent') ||
    (!asks && isMore(before.scopes, after.scopes) && 'scopes') ||
    (isMore(before.claims, after.claims) && 'claims') ||
    (sectorOf(before) !== sectorOf(after) && 'subjectType') ||
    (isMore(before.tokenExchange?.apps, after.tokenExchange?.apps) && 'tokenExchange');
  if (field)
    throw new AppError('forbidden', {
      field,
      detail: `${before.id} would be told of people what they are not asked: that is for who administers every app`,
    });
}

const isMore = (before: readonly string[] = [], after: readonly string[] = []): boolean =>
  after.some((one) => !before.includes(one));

/** Whoever lets an app stand in the place of people does what whoever gives roles does. @throws AppError `forbidden` */
export function requireMayImpersonate(
  permissions: Permissions,
  after: Pick<App, 'tokenExchange'>,
  before?: Pick<App, 'tokenExchange'>,
): void {
  if (mayGiveRoles(permissions)) return;
  if (isMore(before?.tokenExchange?.impersonates, after.tokenExchange?.impersonates))
    throw new AppError('forbidden', {
      field: 'tokenExchange.impersonates',
      detail: 'in whose place an app may stand is said by who has the scope system:write',
    });
}

/**
 * Nor does anybody become such an app who may not make one: by a secret of it, a key, or an address that its codes go to.
 * What takes from it, its secrets among that, is free. @throws AppError `forbidden`
 */
export function requireMayBecome(permissions: Permissions, after: App, before?: App): void {
  if (mayGiveRoles(permissions) || !mayImpersonate(after)) return;
  const field = before ? changedProof(before, after) : 'secrets';
  if (field)
    throw new AppError('forbidden', {
      field,
      detail: `${after.id} may stand in the place of people: how it shows who it is, is said by who has the scope system:write`,
    });
}
