import { z } from 'zod';
import { operation } from './operation.ts';

export const systemOperations = {
  show: operation({
    scope: 'system:read',
    summary: 'Show the release, the storage, and every setting with where it comes from: no secret',
    http: 'GET /system',
    input: z.strictObject({}),
    output: z.object({
      version: z.string(),
      issuer: z.string(),
      storage: z.enum(['sqlite', 'mongodb']),
      schema: z.object({ stored: z.int(), code: z.int() }),
      passkeys: z.enum(['here', 'elsewhere']),
      settings: z.array(
        z.object({
          name: z.string(),
          about: z.string(),
          byDefault: z.string(),
          source: z.enum(['environment', 'file', 'default']),
          value: z.string().exactOptional(),
          isSecret: z.boolean(),
        }),
      ),
    }),
    async run({ server, issuer }) {
      const { version, storage, passkeys } = server;
      return {
        version,
        issuer,
        storage,
        passkeys,
        schema: await server.schema(),
        settings: server.settings(),
      };
    },
  }),
  examine: operation({
    scope: 'system:read',
    summary: 'Let the doctor look for what is wrong; changes nothing, and takes a few seconds',
    http: 'GET /system/findings',
    input: z.strictObject({}),
    output: z.object({
      findings: z.array(
        z.object({
          check: z.string(),
          state: z.enum(['ok', 'warning', 'failed', 'skipped']),
          says: z.string(),
          remedy: z.string().exactOptional(),
        }),
      ),
    }),
    run: async ({ server }) => ({ findings: await server.examine() }),
  }),
};
