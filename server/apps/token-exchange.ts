import { z } from 'zod';

const clientIds = z
  .array(z.string().regex(/^[\x21-\x7E]{1,200}$/, 'must be client ids'))
  .min(1, 'must hold at least one: leave it out where there is none')
  .max(100, 'must be at most 100')
  .transform((ids) => [...new Set(ids)]);

/** Of which apps one may exchange access tokens (RFC 8693), and stand in the place of people. */
export const tokenExchange = z
  .strictObject({ apps: clientIds, impersonates: clientIds.exactOptional() })
  .refine(({ apps, impersonates = [] }) => impersonates.every((id) => apps.includes(id)), {
    path: ['impersonates'],
    message: 'must be among its apps: an impersonation is an exchange, too',
  })
  .describe(
    'Apps whose access tokens it may exchange (RFC 8693), and those of them in whose place of a person it may stand without saying so, where the installation allows that.',
  );
