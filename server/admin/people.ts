import { z } from 'zod';
import { roles } from '../accounts/account.ts';
import { changePerson, personChanges } from './change-person.ts';
import { exportOperations } from './export-person.ts';
import { findPerson } from './find.ts';
import { passkeysOf } from './invite.ts';
import { joiningOperations } from './joining.ts';
import { operation, pageOf, pageQuery, personRef } from './operation.ts';
import { passkeyOperations } from './passkeys.ts';
import { setupLinkOperations } from './setup-links.ts';
import { accountShape, passkeyShape } from './shapes.ts';
import { suspensionOperations } from './suspension.ts';

export const peopleOperations = {
  list: operation({
    scope: 'people:read',
    summary:
      'List people in order of user name, or find them by the beginnings of user name, e-mail and words of the name',
    description:
      'What is found by a text comes in an order of its own, and a page may be shorter than asked for.',
    http: 'GET /people',
    input: z.strictObject({
      text: z.string().trim().max(200).exactOptional(),
      role: z.enum(roles).exactOptional(),
      status: z.enum(['active', 'disabled']).exactOptional(),
      ...pageQuery,
    }),
    output: pageOf(accountShape),
    run: ({ storage: { accounts } }, { text, ...query }) =>
      text ? accounts.search({ ...query, text }) : accounts.list(query),
  }),
  show: operation({
    scope: 'people:read',
    summary: 'Show a person with their passkeys',
    http: 'GET /people/{user}',
    input: z.strictObject({ user: personRef }),
    output: z.object({ account: accountShape, passkeys: z.array(passkeyShape) }),
    errors: ['not_found'],
    async run(context, { user }) {
      const account = await findPerson(context.storage.accounts, user);
      return { account, passkeys: await passkeysOf(context, account) };
    },
  }),
  ...joiningOperations,
  update: operation({
    scope: 'people:write',
    summary: 'Change what is said of a person: profile, role, apps they administer, attributes',
    description:
      'What is left out stays; `null` takes a value away. Nobody changes their own role. Links of who may do more than before are void.',
    http: 'PATCH /people/{user}',
    input: personChanges,
    output: accountShape,
    errors: ['not_found', 'conflict', 'user_name_taken', 'last_administrator'],
    changes: 'account.changed',
    run: changePerson,
  }),
  ...exportOperations,
  ...suspensionOperations,
  ...passkeyOperations,
  ...setupLinkOperations,
};
