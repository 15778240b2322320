import { once } from 'node:events';
import { test as base } from '@playwright/test';
import { createDemo } from '../demo/demo.ts';
import { addAuthenticator, type VirtualAuthenticator } from './authenticator.ts';
import { freePort } from './free-port.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

export type Engine = ServerOptions['engine'];

interface ForEachWorker {
  engine: Engine;
  /** Whether the passkey manager is a service of its own. */
  split: boolean;
  /** A server where everyone may sign up, shared by the tests of a worker: each makes people of its own. */
  server: ServerProcess;
  /** An app that asks for consent, registered at `server`. */
  app: App;
}

interface ForEachTest {
  /** A server of the test's own, for what can happen only once or needs other settings. */
  freshServer: (settings?: Record<string, string>) => Promise<ServerProcess>;
  /** Passkeys of the browser behind `page`. */
  authenticator: VirtualAuthenticator;
}

export interface App {
  origin: string;
  clientId: string;
}

export const test = base.extend<ForEachTest, ForEachWorker>({
  engine: ['sqlite', { scope: 'worker', option: true }],
  split: [false, { scope: 'worker', option: true }],

  server: [
    async ({ engine, split }, use) => {
      // The tests knock from one address, faster than people do.
      const settings = { LATCHKEY_SIGN_UP: 'open', LATCHKEY_RATE_LIMIT: '100000' };
      await using server = await startServer({ engine, split, settings });
      await use(server);
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  app: [
    async ({ server }, use) => {
      const origin = `http://localhost:${await freePort()}`;
      const clientId = await addApp(server, origin);
      const listening = createDemo({ issuer: server.origin, origin, clientId }).listen(
        Number(new URL(origin).port),
        'localhost',
      );
      await once(listening, 'listening');
      await use({ origin, clientId });
      listening.closeAllConnections();
      listening.close();
    },
    { scope: 'worker' },
  ],

  freshServer: async ({ engine, split }, use) => {
    await using started = new AsyncDisposableStack();
    await use(async (settings = {}) => started.use(await startServer({ engine, split, settings })));
  },

  authenticator: [
    async ({ page }, use) => {
      await use(await addAuthenticator(page));
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';

/** The name of the app that `app` is, as people see it. */
export const appName = 'Field Notes';

async function addApp(server: ServerProcess, origin: string): Promise<string> {
  const addresses = ['--redirect', `${origin}/callback`, '--post-logout-redirect', `${origin}/`];
  const printed = await server.latchkey('app', 'add', appName, '--kind', 'browser', ...addresses, '--json');
  return (JSON.parse(printed) as { app: { id: string } }).app.id;
}

let people = 0;

/** Somebody nobody had before in this worker. */
export function newPerson(name = 'Ada Lovelace'): { name: string; userName: string } {
  people += 1;
  return { name, userName: `person-${process.pid}-${people}` };
}
