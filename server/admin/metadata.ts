import { z } from 'zod';
import { AppError } from '../errors.ts';
import { operation, pageOf, pageQuery } from './operation.ts';
import { at, passkeyShape } from './shapes.ts';

const modelShape = z.object({
  aaguid: z.string(),
  name: z.string(),
  statuses: z.array(z.string()).readonly(),
  keyProtection: z.array(z.string()).readonly(),
  attestationTypes: z.array(z.string()).readonly(),
  source: z.enum(['fido', 'local', 'names']),
  icon: z.string().exactOptional(),
});

const metadataStatusShape = z.object({
  source: z.string().describe('An address, a file, or `off`.'),
  metadata: z
    .object({
      no: z.int(),
      nextUpdate: at,
      takenAt: at,
      source: z.string(),
      isCurrent: z.boolean(),
      entries: z.int(),
      models: z.int(),
      notUnderstood: z.int(),
    })
    .exactOptional(),
  local: z.int(),
  highest: z.int(),
  refused: z.string().exactOptional(),
  attempt: z
    .object({ at, result: z.string(), detail: z.string().exactOptional(), failures: z.int() })
    .exactOptional(),
  nextAt: at.exactOptional(),
  progress: z.number().exactOptional().describe('While it is asked: 0 to 1.'),
});

/** What is known of models of authenticators, and whose are broken. */
export const metadataOperations = {
  status: operation({
    scope: 'metadata:read',
    summary: 'Show the FIDO metadata in force, and how asking for newer went',
    http: 'GET /metadata',
    input: z.strictObject({}),
    output: metadataStatusShape,
    run: async ({ administration }) => (await administration.metadataStatus({})).status,
  }),
  refresh: operation({
    scope: 'metadata:write',
    summary: 'Begin to ask for newer metadata; does not wait for it',
    http: 'POST /metadata/refresh',
    input: z.strictObject({}),
    output: z.object({ begun: z.boolean() }),
    changes: 'metadata.refresh_begun',
    run: ({ administration }) => administration.refreshMetadata({}),
  }),
  search: operation({
    scope: 'metadata:read',
    summary: 'Find models and passkey providers by a part of their name or AAGUID',
    http: 'GET /models',
    input: z.strictObject({
      text: z.string().max(200).default(''),
      limit: z.coerce.number<number | string>().int().min(1).max(1000).default(50),
    }),
    output: z.object({ models: z.array(modelShape) }),
    run: ({ administration }, query) => administration.searchModels(query),
  }),
  show: operation({
    scope: 'metadata:read',
    summary: 'Show what is known of one model',
    http: 'GET /models/{aaguid}',
    input: z.strictObject({
      aaguid: z.guid('is no AAGUID: it looks like ee882879-721c-4913-9775-3dfcce97072a').toLowerCase(),
    }),
    output: modelShape,
    errors: ['not_found'],
    async run({ administration }, { aaguid }) {
      const { model } = await administration.findModel({ aaguid });
      if (!model) throw new AppError('not_found', { detail: `nothing is known of ${aaguid}` });
      return model;
    },
  }),
  affected: operation({
    scope: 'people:read',
    summary: 'List passkeys whose model was found broken, and whose they are, in order of when that was',
    http: 'GET /models/broken/passkeys',
    input: z.strictObject(pageQuery),
    output: pageOf(
      z.object({
        userName: z.string().exactOptional().describe('Absent where the person is gone.'),
        passkey: passkeyShape,
      }),
    ),
    async run({ administration, storage }, query) {
      const { passkeys, ...more } = await administration.listModelAlerts(query);
      const accounts = await Promise.all(
        passkeys.map(({ userHandle }) => storage.accounts.findByUserHandle(userHandle)),
      );
      const items = passkeys.map((passkey, index) => {
        const userName = accounts[index]?.userName;
        return { passkey, ...(userName !== undefined && { userName }) };
      });
      return { items, ...more };
    },
  }),
};
