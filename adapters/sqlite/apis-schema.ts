import { counted } from './schema.ts';

/** Resource servers: there are few, and servers keep them all in a cache. */
export const apisSchema = `
CREATE TABLE IF NOT EXISTS apis (
  id TEXT NOT NULL PRIMARY KEY, audience TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, record TEXT NOT NULL
) STRICT;
${counted('apis')}`;
