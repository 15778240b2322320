import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import { tellEverywhere } from '../mail/tell.ts';
import type { Account, Approval } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { type Given, giveLink, passkeysOf } from './invite.ts';
import { type Administering, isJustRecovered, permissionsOfAccount, requireMayActOn } from './permission.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * The ways to a new passkey: the link is mailed to an address that the person has shown to be theirs, and whoever asked
 * never sees it; or the machine itself hands it over; or a second person allows that it is handed over.
 * @throws AppError `forbidden`, `second_person_needed`
 */
export async function beginRecovery(
  context: AdminContext,
  account: Account,
  handOver: boolean,
): Promise<Given | { approval: Approval }> {
  const { caller, mail } = context;
  if (caller.kind === 'account' && caller.account.id === account.id)
    throw new AppError('forbidden', { detail: 'somebody else has to recover your account' });
  if (handOver && caller.kind !== 'machine')
    throw new AppError('forbidden', { field: 'handOver', detail: 'only on the machine itself' });
  const to = mail && account.emailVerified && !handOver ? account.email : undefined;
  if (to !== undefined || caller.kind === 'machine') return giveRecovery(context, account, to);
  if (caller.kind === 'app')
    throw new AppError('forbidden', {
      detail:
        'an app may have the link mailed to a verified address, and this person has none, or no mail is sent',
    });
  return { approval: await askForApproval(context, account, caller.account.id) };
}

/** First the person is told, then the links before are void, then there is a new one. */
export async function giveRecovery(context: AdminContext, account: Account, to?: string): Promise<Given> {
  await announce(context, account, to);
  await context.storage.invitations.removeByAccount(account.id);
  context.note({ accountId: account.id, details: { purpose: 'recovery' } });
  const [passkey] = await passkeysOf(context, account);
  return giveLink(context, 'recovery', { account, userHandle: passkey?.userHandle, to });
}

/** The person sees it on their account page, and hears of it at every address. */
async function announce(context: AdminContext, { id }: Account, except?: string): Promise<void> {
  const { accounts } = context.storage;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const account = await accounts.findById(id);
    if (!account) throw new AppError('not_found', { field: 'user' });
    const begun = { ...account, recoveryBegunAt: context.now(), revision: account.revision + 1 };
    if (!(await accounts.update(begun, account.revision))) continue;
    return tellEverywhere(context, { account, kind: 'recoveryBegun', except });
  }
  throw new AppError('conflict', { detail: id });
}

async function askForApproval(
  context: AdminContext,
  account: Account,
  requestedBy: string,
): Promise<Approval> {
  const { storage, now, note, record, actor } = context;
  await requireSecondPerson(context, account, requestedBy);
  note({ accountId: account.id, details: { purpose: 'recovery', needsApproval: true } });
  const open = await storage.approvals.listByAccount(account.id, now());
  const same = open.find((each) => each.requestedBy === requestedBy && each.status === 'pending');
  if (same) return same;
  await announce(context, account);
  const createdAt = now();
  const approval: Approval = {
    id: approvalId(createdAt),
    kind: 'recovery',
    accountId: account.id,
    requestedBy,
    status: 'pending',
    createdAt,
    expiresAt: createdAt + day,
    revision: 1,
  };
  await storage.approvals.insert(approval);
  await record({
    type: 'recovery.requested',
    actor,
    accountId: account.id,
    details: { approval: approval.id },
  });
  return approval;
}

/** In order of time: milliseconds in nine digits of base 36 last until the year 5188. */
const approvalId = (at: number) => `${at.toString(36).padStart(9, '0')}-${randomUUID()}`;

/** @throws AppError `second_person_needed` where nobody else could allow it */
async function requireSecondPerson(
  { storage, now }: AdminContext,
  account: Account,
  requestedBy: string,
): Promise<void> {
  const lists = await Promise.all(
    (['administrator', 'support'] as const).map((role) => storage.accounts.listByRole(role)),
  );
  const able = lists.flat().some((other) => other.id !== requestedBy && mayApprove(other, account, now()));
  if (!able) throw new AppError('second_person_needed');
}

/** Whether they may, as they are now: people are asked again when what they allowed is used. */
export function mayApprove(other: Administering, account: Account, now: number): boolean {
  if (other.id === account.id || other.status !== 'active' || isJustRecovered(other, now)) return false;
  const permissions = permissionsOfAccount(other);
  try {
    requireMayActOn(permissions, account);
    return permissions.scopes.has('people:write');
  } catch {
    return false;
  }
}
