import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';
import { appRef, operation, pageOf, pageQuery, personRef } from './operation.ts';
import { at } from './shapes.ts';

const time = z.coerce.number<number | string>().int().min(0);
const said = z.record(z.string(), z.unknown());

const eventShape = z.object({
  id: z.string(),
  chain: z.string().describe('Of the process that wrote it.'),
  sequence: z.int().describe('Its place there, from 0.'),
  at,
  type: z.string().describe('Such as `sign_in.succeeded`.'),
  actor: z
    .object({ kind: z.enum(['account', 'app', 'machine']), id: z.string().exactOptional() })
    .exactOptional(),
  accountId: z.string().exactOptional(),
  appId: z.string().exactOptional(),
  passkeyId: z.string().exactOptional(),
  signInId: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
  changeId: z.string().exactOptional().describe('The same in the intent of a change and in its outcome.'),
  outcome: z.enum(['intent', 'done', 'failed', 'unknown']).exactOptional(),
  reason: z.string().exactOptional(),
  details: said.exactOptional(),
  before: said.exactOptional(),
  after: said.exactOptional(),
  personal: said.exactOptional(),
  personalRemoved: z
    .literal(true)
    .exactOptional()
    .describe('The person is gone, and what was personal with them.'),
  hash: z.string(),
});

/** What happened. */
export const auditOperations = {
  list: operation({
    scope: 'audit:read',
    summary: 'List what happened, the newest first: all that is given must be so',
    description: 'A page may be shorter than asked for, or empty, and have a `next` all the same.',
    http: 'GET /audit',
    input: z.strictObject({
      user: personRef.exactOptional().describe('Whom it is about; the id also of who is gone.'),
      by: personRef.exactOptional().describe('Who did it: a person, or the id of an app.'),
      app: appRef.exactOptional(),
      passkeyId: z.string().min(1).max(2000).exactOptional(),
      type: z.string().min(1).max(100).exactOptional(),
      since: time.exactOptional().describe('Epoch milliseconds.'),
      before: time.exactOptional().describe('Epoch milliseconds.'),
      oldestFirst: z.boolean().exactOptional(),
      ...pageQuery,
    }),
    output: pageOf(eventShape),
    async run(context, { user, by, app: appId, ...query }) {
      const accountId = user === undefined ? undefined : await idOf(context, user);
      const actorId = by === undefined ? undefined : await idOf(context, by);
      return context.searchAudit({ ...query, accountId, actorId, appId });
    },
  }),
};

/** Of who is gone the id is all there is. */
async function idOf({ storage }: AdminContext, user: string): Promise<string> {
  try {
    return (await findPerson(storage.accounts, user)).id;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return user;
    throw error;
  }
}
