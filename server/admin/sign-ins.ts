import { z } from 'zod';
import { findPerson } from './find.ts';
import { appRef, operation, pageOf, pageQuery, personRef } from './operation.ts';
import { signInShape } from './shapes.ts';

/** Who signed in with what, the newest first, as long as it is kept. */
export const signInOperations = {
  list: operation({
    scope: 'sessions:read',
    summary: 'List the sign-ins of a person',
    http: 'GET /people/{user}/sign-ins',
    input: z.strictObject({ user: personRef, ...pageQuery }),
    output: pageOf(signInShape),
    errors: ['not_found'],
    async run({ storage }, { user, ...query }) {
      const { id } = await findPerson(storage.accounts, user);
      return storage.signIns.listByAccount(id, query);
    },
  }),
  listByApp: operation({
    scope: 'sessions:read',
    appOf: ({ app }) => app,
    summary: 'List the sign-ins to an app',
    http: 'GET /apps/{app}/sign-ins',
    input: z.strictObject({ app: appRef, ...pageQuery }),
    output: pageOf(signInShape),
    run: ({ storage }, { app, ...query }) => storage.signIns.listByApp(app, query),
  }),
  listByPasskey: operation({
    scope: 'sessions:read',
    summary: 'List what a passkey signed',
    http: 'GET /passkeys/{passkeyId}/sign-ins',
    input: z.strictObject({ passkeyId: z.string().min(1).max(2000), ...pageQuery }),
    output: pageOf(signInShape),
    run: ({ storage }, { passkeyId, ...query }) => storage.signIns.listByPasskey(passkeyId, query),
  }),
};
