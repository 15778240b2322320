import type { Index } from './schema.ts';

const inOrderOfTime = { at: -1, sequence: -1, _id: -1 } as const;
const where = (field: string): Pick<Index, 'partialFilterExpression'> => ({
  partialFilterExpression: { [field]: { $exists: true } },
});

/**
 * Events by all that they are searched by, in order of time, and the changes that have no outcome yet. Beside them the
 * keys of personal fields, signed checkpoints, and which chains go on.
 */
export const auditEventsIndexes: Record<string, readonly Index[]> = {
  auditEvents: [
    { key: inOrderOfTime },
    ...['accountId', 'actor.id', 'appId', 'passkeyId', 'type'].map((field) => ({
      key: { [field]: 1, ...inOrderOfTime } as Index['key'],
      ...where(field),
    })),
    { key: { changeId: 1 }, ...where('changeId') },
    { key: { openAt: 1 }, ...where('openAt') },
  ],
  auditKeys: [],
  auditCheckpoints: [{ key: { no: 1 }, unique: true }],
  auditChains: [{ key: { at: 1, _id: 1 } }],
};
