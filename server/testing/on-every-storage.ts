import { randomBytes } from 'node:crypto';
import { after, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { type GivenToTest, startInstallation, type TestInstallation } from './installation.ts';

/** Starts the one installation of a suite; it ends with the suite. */
export type Start = (settings?: Record<string, string>, given?: GivenToTest) => Promise<TestInstallation>;

/** Declares the same suite for each storage engine, with a database of its own. */
export function onEveryStorage(name: string, declare: (start: Start) => void): void {
  onSqlite(`${name}, on SQLite`, declare);
  describe(`${name}, on MongoDB`, () =>
    withMongo(({ url }) => {
      const secret = randomBytes(32).toString('base64url');
      const start = starting();
      declare(async (settings, given) => {
        // A server of several listens while it prepares its database: here it finds one that is prepared.
        await using _ = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
        return start({ LATCHKEY_STORAGE: url, LATCHKEY_SECRET: secret, ...settings }, given);
      });
    }));
}

/** For what no storage has a part in. */
export function onSqlite(name: string, declare: (start: Start) => void): void {
  describe(name, () => declare(starting()));
}

function starting(): Start {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());
  return async (settings, given) => {
    const installation = resources.use(await startInstallation(settings, undefined, given));
    const ready = async () => (await fetch(`${installation.origin}/health/ready`)).ok;
    while (!(await ready())) await delay(50);
    return installation;
  };
}
