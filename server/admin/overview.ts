import { z } from 'zod';
import { findFigures, readOverview } from '../figures/overview.ts';
import { operation } from './operation.ts';

const count = z.int();
const part = z.object({ count, share: z.number().describe('From 0 to 1.') });
const stretch = z.object({
  at: z.int().describe('When it began, epoch milliseconds; in UTC.'),
  signIns: count,
  failures: count,
  sessions: count,
});

export const overviewOperations = {
  show: operation({
    scope: 'system:read',
    summary: 'Show figures: sign-ins over time, people and their passkeys, models in use',
    description:
      'They are counted with the writes, so that this costs the same however many people there are.',
    http: 'GET /overview',
    input: z.strictObject({}),
    output: z.object({
      hours: z.array(stretch),
      days: z.array(stretch),
      people: z.object({
        total: count,
        active: count,
        disabled: count,
        withPasskey: part,
        withTwoPasskeys: part,
      }),
      passkeys: z.object({ total: count, deviceBound: part, synced: part, unknown: part }),
      models: z.array(part.extend({ aaguid: z.string(), name: z.string().exactOptional() })),
      apps: count,
      groups: count,
    }),
    async run({ storage, administration, now }) {
      const at = now();
      const { models, ...overview } = readOverview(await findFigures(storage.figures, at), at);
      const named = models.slice(0, mostModels).map(async ({ aaguid, ...figures }) => {
        const { model } = await administration.findModel({ aaguid });
        return { aaguid, ...figures, ...(model && { name: model.name }) };
      });
      return { ...overview, models: await Promise.all(named) };
    },
  }),
};

/** The rest are few each. */
const mostModels = 20;
