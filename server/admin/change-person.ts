import { z } from 'zod';
import { roles } from '../accounts/account.ts';
import { checkAttributes } from '../accounts/attribute.ts';
import { parseProfile, withProfile } from '../accounts/profile.ts';
import { AppError } from '../errors.ts';
import { tellOfNewAddress } from '../mail/tell.ts';
import type { Account } from '../storage.ts';
import { personToActOn } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { userNameTaken } from './invite.ts';
import { expectedRevision, personRef } from './operation.ts';
import { permissionsOfAccount, requireMayGiveRole, requireNoLess } from './permission.ts';
import { attributeValue } from './shapes.ts';
import { requireAdministratorLeft } from './suspension.ts';

export const personChanges = z.strictObject({
  user: personRef,
  userName: z.string().max(1000).optional(),
  name: z.string().max(1000).optional(),
  email: z.string().max(1000).nullable().optional(),
  emailVerified: z
    .boolean()
    .optional()
    .describe('`true` on the machine itself alone: recovery links go to a verified address.'),
  locale: z
    .string()
    .max(35)
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag, such as de')
    .nullable()
    .optional()
    .describe('BCP 47: the language of pages and letters.'),
  role: z.enum(roles).optional(),
  administers: z.array(z.string().max(200)).max(100).optional(),
  attributes: z.record(z.string().max(100), attributeValue.nullable()).optional(),
  revision: expectedRevision,
});

type Changes = z.output<typeof personChanges>;

export async function changePerson(
  context: AdminContext,
  { user, revision, ...changes }: Changes,
): Promise<Account> {
  const { storage, note } = context;
  const account = await personToActOn(context, user);
  const next = withChanges(account, changes, context.now());
  refuseOwnRise(context, account, next);
  requireMayGiveRole(context.permissions, next.role, account.role);
  requireMayVouch(context, changes);
  requireNoLess(context.permissions, permissionsOfAccount(next), 'what this person may do');
  await requireApps(context, changes.administers);
  if (changes.attributes) checkAttributes(await storage.attributeDefinitions.list(), changes.attributes);
  note({ before: account, after: next });
  const isRise = mayDoMore(account, next);
  // Whoever has a link from before was trusted with less. Once more afterwards: one may have been made meanwhile.
  if (isRise) await storage.invitations.removeByAccount(account.id);
  if (!(await storage.accounts.update(next, revision ?? account.revision).catch(userNameTaken)))
    throw new AppError('conflict', { detail: account.id });
  if (isRise) await storage.invitations.removeByAccount(account.id);
  if (account.role === 'administrator') await requireAdministratorLeft(context, account, next);
  await tellOfNewAddress(context, { before: account, after: next });
  return next;
}

function withChanges(account: Account, changes: Omit<Changes, 'user' | 'revision'>, now: number): Account {
  const { email = account.email, emailVerified } = changes;
  const profile = parseProfile({
    name: changes.name ?? account.name,
    userName: changes.userName ?? account.userName,
    ...(email && { email }),
  });
  const next = withProfile(account, profile, now);
  const { role = account.role, administers = account.administers, locale = account.locale } = changes;
  const attributes = { ...account.attributes, ...changes.attributes };
  const kept = Object.entries(attributes).filter(([, value]) => value !== null);
  const { administers: _apps, attributes: _attributes, locale: _locale, ...rest } = next;
  return {
    ...rest,
    role,
    ...(locale && { locale }),
    ...(emailVerified !== undefined && { emailVerified: emailVerified && next.email !== undefined }),
    ...(administers && administers.length > 0 && { administers: [...new Set(administers)].sort() }),
    ...(kept.length > 0 && { attributes: Object.fromEntries(kept) as NonNullable<Account['attributes']> }),
  };
}

/**
 * Whoever may say that an address is verified may have recovery links sent to one of their own; and attributes are to
 * apps what groups are. @throws AppError `forbidden`
 */
export function requireMayVouch(
  { caller, permissions }: AdminContext,
  { emailVerified, attributes, groups }: Vouched,
): void {
  if (emailVerified === true && caller.kind !== 'machine')
    throw new AppError('forbidden', {
      field: 'emailVerified',
      detail: 'only the person, by a mailed link, or the machine itself verifies an address',
    });
  if ((attributes ?? groups) !== undefined && !permissions.scopes.has('groups:write'))
    throw new AppError('forbidden', {
      field: attributes ? 'attributes' : 'groups',
      detail:
        'groups and attributes are for who may put people into groups: the scope groups:write is needed',
    });
}

interface Vouched {
  emailVerified?: boolean | undefined;
  attributes?: Changes['attributes'];
  groups?: readonly string[] | undefined;
}

function mayDoMore(before: Account, after: Account): boolean {
  const [old, fresh] = [permissionsOfAccount(before), permissionsOfAccount(after)];
  return !fresh.scopes.isSubsetOf(old.scopes) || !fresh.apps.isSubsetOf(old.apps);
}

/** Somebody else decides what one may do. @throws AppError `forbidden` */
function refuseOwnRise({ caller }: AdminContext, before: Account, after: Account): void {
  if (caller.kind !== 'account' || caller.account.id !== before.id) return;
  const same = before.role === after.role && `${before.administers ?? []}` === `${after.administers ?? []}`;
  if (!same) throw new AppError('forbidden', { detail: 'nobody changes their own role' });
}

async function requireApps({ storage }: AdminContext, ids: readonly string[] = []): Promise<void> {
  for (const id of ids)
    if (!(await storage.apps.findById(id)))
      throw new AppError('not_found', { field: 'administers', detail: `there is no app "${id}"` });
}
