/** How people come in: for the first time, and again after a loss. */
import { z } from 'zod';
import { roles } from '../accounts/account.ts';
import { checkAttributes } from '../accounts/attribute.ts';
import { parseProfile } from '../accounts/profile.ts';
import { newAccount } from '../enrolment/add-account.ts';
import { AppError } from '../errors.ts';
import type { Account } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { beginRecovery } from './begin-recovery.ts';
import { requireMayVouch } from './change-person.ts';
import { findGroup, findPerson } from './find.ts';
import { giveLink, hasComeIn, inviteAgain, mailboxOf, requireInvitations, userNameTaken } from './invite.ts';
import { groupRef, operation, personRef } from './operation.ts';
import { requireMayActOn, requireMayGiveRole } from './permission.ts';
import { accountShape, approvalShape, attributeValue, givenShape } from './shapes.ts';

const newPerson = z.strictObject({
  userName: z.string().max(1000),
  name: z.string().max(1000).optional().describe('Default: the user name.'),
  email: z.string().max(1000).optional(),
  role: z.enum(roles).default('person'),
  attributes: z
    .record(z.string().max(100), attributeValue)
    .exactOptional()
    .describe('Values of attributes that are defined; `groups:write` is needed, too.'),
  groups: z
    .array(groupRef)
    .max(100)
    .exactOptional()
    .describe('Ids or names of the groups that the person is in; `groups:write` is needed, too.'),
});
const send = z
  .boolean()
  .default(true)
  .describe(
    'Mails the link where mail is sent and the person has an address; `false` gives it to hand over.',
  );

export const joiningOperations = {
  add: operation({
    scope: 'people:write',
    summary: 'Make an account without inviting anybody yet',
    http: 'POST /people/without-invitation',
    input: newPerson,
    output: accountShape,
    errors: ['not_found', 'user_name_taken'],
    changes: 'account.created',
    run: addPerson,
  }),
  invite: operation({
    scope: 'people:write',
    summary: 'Make an account, and the link by which its person makes the first passkey',
    description: 'A link that was mailed, and shown to nobody, also verifies the address.',
    http: 'POST /people',
    input: newPerson.extend({ send }),
    output: givenShape,
    errors: ['not_found', 'sign_up_closed', 'user_name_taken'],
    changes: 'account.created',
    async run(context, { send, ...person }) {
      requireInvitations(context);
      const account = await addPerson(context, person);
      const to = send ? mailboxOf(context, account) : undefined;
      const given = await giveLink(context, 'invitation', { account, to });
      await context.record({
        type: 'link.created',
        actor: context.actor,
        accountId: account.id,
        details: { purpose: 'invitation' },
      });
      return { account, ...given };
    },
  }),
  resendInvitation: operation({
    scope: 'people:write',
    summary: 'Invite again who has not come in yet: the link before is void',
    http: 'POST /people/{user}/invitation-link',
    input: z.strictObject({ user: personRef, send }),
    output: givenShape,
    errors: ['not_found', 'account_disabled', 'sign_up_closed', 'conflict'],
    changes: 'link.created',
    async run(context, { user, send }) {
      const account = await personToLetIn(context, user);
      if (await hasComeIn(context, account))
        throw new AppError('conflict', { detail: `${user} has come in already: use recover` });
      if (hasMore(context, account))
        throw new AppError('forbidden', {
          detail: `${user} has groups or attributes that you give nobody: use recover`,
        });
      return { account, ...(await inviteAgain(context, account, send)) };
    },
  }),
  recover: operation({
    scope: 'people:write',
    summary: 'Let in again who lost their passkeys',
    description:
      'The link to a new passkey is mailed to the verified address of the person, or is handed over once a second person approved. Using it suspends the passkeys from before; links before it are void. Who never came in gets a new invitation, unless they have groups or attributes that the caller gives nobody.',
    http: 'POST /people/{user}/recovery-link',
    input: z.strictObject({
      user: personRef,
      handOver: z
        .boolean()
        .default(false)
        .describe('Only on the machine itself: gives the link rather than mailing it.'),
    }),
    output: givenShape.extend({ approval: approvalShape.exactOptional() }),
    errors: ['not_found', 'account_disabled', 'sign_up_closed', 'second_person_needed'],
    changes: 'link.created',
    async run(context, { user, handOver }) {
      const account = await personToLetIn(context, user);
      const given =
        hasMore(context, account) || (await hasComeIn(context, account))
          ? await beginRecovery(context, account, handOver)
          : await inviteAgain(context, account, !handOver);
      const { accounts } = context.storage;
      return { account: (await accounts.findById(account.id)) ?? account, ...given };
    },
  }),
};

/** Apps go by groups and attributes: who gives none to themselves does not come in as somebody who has some. */
function hasMore({ permissions }: AdminContext, { groups, attributes = {} }: Account): boolean {
  const hasSome = groups.length > 0 || Object.keys(attributes).length > 0;
  return hasSome && !permissions.scopes.has('groups:write');
}

async function addPerson(
  context: AdminContext,
  { role, name, attributes, groups, ...fields }: z.output<typeof newPerson>,
): Promise<Account> {
  const { storage, administration, permissions, now, note } = context;
  requireMayGiveRole(permissions, role);
  requireMayVouch(context, { attributes, groups });
  if (attributes) checkAttributes(await storage.attributeDefinitions.list(), attributes);
  const members = await groupsOf(context, groups);
  const profile = parseProfile({ ...fields, name: name ?? fields.userName });
  const { userHandle } = await administration.issueTicket({ purpose: 'first', minutes: 1 });
  const account: Account = {
    ...newAccount({ profile, userHandle, role, now: now() }),
    ...(attributes && { attributes }),
    groups: members,
  };
  note({ accountId: account.id, details: { role, ...(members.length > 0 && { groups: members }) } });
  await storage.accounts.insert(account).catch(userNameTaken);
  return account;
}

/** @throws AppError `not_found` */
async function groupsOf({ storage }: AdminContext, named: readonly string[] = []): Promise<string[]> {
  const found = await Promise.all(named.map((group) => findGroup(storage.groups, group)));
  return [...new Set(found.map(({ id }) => id))];
}

/** @throws AppError `account_disabled`, `forbidden` */
async function personToLetIn({ storage, permissions }: AdminContext, user: string): Promise<Account> {
  const account = await findPerson(storage.accounts, user);
  if (account.status !== 'active') throw new AppError('account_disabled', { detail: account.id });
  requireMayActOn(permissions, account);
  return account;
}
