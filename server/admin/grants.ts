import { z } from 'zod';
import { AppError } from '../errors.ts';
import { personToActOn } from './act-on.ts';
import { findPerson } from './find.ts';
import { appRef, operation, pageOf, pageQuery, personRef } from './operation.ts';
import { grantShape } from './shapes.ts';

/** What apps have of people, with the tokens that hang on it. */
export const grantOperations = {
  list: operation({
    scope: 'sessions:read',
    summary: 'List what apps have of a person',
    http: 'GET /people/{user}/grants',
    input: z.strictObject({ user: personRef }),
    output: z.object({ items: z.array(grantShape) }),
    errors: ['not_found'],
    async run({ storage, appGrants }, { user }) {
      const { sub } = await findPerson(storage.accounts, user);
      return { items: await appGrants.listByPerson(sub) };
    },
  }),
  listByApp: operation({
    scope: 'sessions:read',
    appOf: ({ app }) => app,
    summary: 'List what an app has of people',
    http: 'GET /apps/{app}/grants',
    input: z.strictObject({ app: appRef, ...pageQuery }),
    output: pageOf(grantShape),
    run: ({ appGrants }, { app, ...query }) => appGrants.listByApp(app, query),
  }),
  end: operation({
    scope: 'sessions:write',
    summary: 'End a grant with all tokens that hang on it; the app is told',
    http: 'DELETE /people/{user}/grants/{id}',
    input: z.strictObject({ user: personRef, id: z.string().min(1).max(200) }),
    output: z.object({ ended: z.literal(true) }),
    errors: ['not_found'],
    changes: 'grant.revoked',
    async run(context, { user, id }) {
      const { appGrants, note } = context;
      const account = await personToActOn(context, user);
      const grant = (await appGrants.listByPerson(account.sub)).find((each) => each.id === id);
      if (!grant) throw new AppError('not_found', { field: 'id', detail: `${user} has no grant "${id}"` });
      note({ appId: grant.appId });
      await appGrants.end(id);
      return { ended: true as const };
    },
  }),
  endByApp: operation({
    scope: 'sessions:write',
    appOf: ({ app }) => app,
    summary: 'End everything that an app has: grants of people, and the tokens it has for itself',
    http: 'DELETE /apps/{app}/grants',
    input: z.strictObject({ app: appRef }),
    output: z.object({ ended: z.int() }),
    changes: 'grant.revoked',
    run: async ({ appGrants }, { app }) => ({ ended: await appGrants.endByApp(app) }),
  }),
};
