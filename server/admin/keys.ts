import { z } from 'zod';
import { operation } from './operation.ts';
import { at } from './shapes.ts';

const status = z.enum(['next', 'current', 'retired']);

const signingKey = z.object({
  id: z.string().describe('The `kid`.'),
  alg: z.string().describe('One of RS256 signs PS256 too.'),
  status: status.describe(
    '`next`: published, and signs nothing yet. `current`: signs. `retired`: published, and verifies.',
  ),
  createdAt: at,
  currentAt: at.exactOptional().describe('When it began to sign.'),
  changesAt: at.exactOptional().describe('When the next one takes its place by itself.'),
  retiredAt: at.exactOptional(),
  endsAt: at.exactOptional().describe('When it is published no more.'),
});

const keyAlgorithm = z.enum(['ES256', 'RS256', 'EdDSA', 'ML-DSA-44']);

export const keyOperations = {
  list: operation({
    scope: 'keys:read',
    summary: 'List the keys that sign tokens and receipts, and the certificates of services: no private part',
    http: 'GET /keys',
    input: z.strictObject({}),
    output: z.object({
      signing: z.array(signingKey),
      receipts: z.array(
        z.object({
          id: z.string().describe('The `kid`.'),
          status,
          createdAt: at.exactOptional(),
          currentAt: at.exactOptional(),
          retiredAt: at.exactOptional(),
        }),
      ),
      certificates: z.array(
        z.object({ name: z.string(), serialNumber: z.string(), notBefore: at, notAfter: at }),
      ),
    }),
    async run({ signingKeys, server, administration }) {
      const [signing, { keys: receipts }] = await Promise.all([
        signingKeys.list(),
        administration.listReceiptKeys({}),
      ]);
      return { signing, receipts, certificates: server.certificates() };
    },
  }),
  rotate: operation({
    scope: 'keys:write',
    summary: 'Let the next keys sign tokens; the keys before go on to verify what they signed',
    description:
      'Every server follows within two seconds. Nothing is lost on the way: the next keys have been published for longer than apps may keep the published keys.',
    http: 'POST /keys/rotation',
    input: z.strictObject({
      alg: keyAlgorithm.exactOptional().describe('Only the key of this algorithm.'),
      urgent: z
        .boolean()
        .default(false)
        .describe(
          'Also where apps may not know the next key yet: what it signs is refused until they ask for the keys again.',
        ),
    }),
    output: z.object({ signing: z.array(signingKey).describe('Those that sign now.') }),
    errors: ['next_key_unknown'],
    changes: 'signing_key.rotated',
    async run({ signingKeys, note }, input) {
      const signing = await signingKeys.rotate(input);
      note({ details: { kid: signing.map(({ id }) => id).join(' ') } });
      return { signing };
    },
  }),
};
