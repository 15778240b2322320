import type { Index } from './schema.ts';

/** Resource servers, by what apps name them by. */
export const apisIndexes: Record<string, readonly Index[]> = {
  apis: [{ key: { audience: 1 }, unique: true }],
};
