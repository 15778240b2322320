import { z } from 'zod';
import { blockedAddresses } from '../apps/blocked-addresses.ts';
import { explainRefusal } from '../apps/explain-refusal.ts';
import { findApp } from './find.ts';
import { appRef, operation } from './operation.ts';
import { at } from './shapes.ts';

const refusalShape = z.object({
  code: z.string().describe('As the app was told.'),
  sentence: z.string().describe('What is wrong, for who looks after the app.'),
  redirectUri: z.string().exactOptional().describe('That the request had.'),
  mend: z.object({ add: z.string() }).exactOptional().describe('A redirect address that would mend it.'),
  count: z.int(),
  firstAt: at,
  at,
});

/** What an app did wrong, and what would mend it. */
export const appRefusalOperations = {
  refusals: operation({
    scope: 'apps:read',
    appOf: ({ id }) => id,
    summary: 'Tell what an app did wrong lately, in words, and what would mend it',
    description: 'First come addresses of it that this server does not ask, as their names lead now.',
    http: 'GET /apps/{id}/refusals',
    input: z.strictObject({ id: appRef }),
    output: z.object({ items: z.array(refusalShape).describe('The latest first.') }),
    errors: ['not_found'],
    async run({ storage, examineAddress, now }, { id }) {
      const app = await findApp(storage, id);
      const { refusals = [] } = (await storage.appRefusals.findById(id)) ?? {};
      // What was mended since is no news any more.
      const open = refusals.filter(
        ({ redirectUri }) => redirectUri === undefined || !app.redirectUris.includes(redirectUri),
      );
      const told = open.map((refusal) => ({ ...refusal, ...explainRefusal(app, refusal) }));
      const blocked = (await blockedAddresses(app, examineAddress)).map(({ field, uri, problem }) => ({
        code: 'address_blocked',
        sentence: `Its ${field} ${uri} is not asked: ${problem}.`,
        count: 1,
        firstAt: now(),
        at: now(),
      }));
      return { items: [...blocked, ...told] };
    },
  }),
};
