/** Declares a test for each storage engine. */
import { describe } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { generateRoot } from '../secret/secret.ts';

/**
 * @param declare gets the settings of the engine. On SQLite every installation has a file of its own; on MongoDB those
 * that `declare` starts share one database and one secret, as instances do.
 */
export function onEachEngine(declare: (settings: Record<string, string>) => void): void {
  describe('on SQLite', () => declare({}));
  describe('on MongoDB', () =>
    withMongo(({ url }) =>
      describe('instances', () => declare({ LATCHKEY_STORAGE: url, LATCHKEY_SECRET: generateRoot() })),
    ));
}
