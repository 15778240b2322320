import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import { createDemo, type DemoOptions } from '../demo/demo.ts';
import { addAuthenticator, type VirtualAuthenticator } from './authenticator.ts';
import { freePort } from './free-port.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';
import { readVirtualModel, settingsWith, type VirtualModel } from './virtual-model.ts';

export type Engine = ServerOptions['engine'];

interface ForEachWorker {
  engine: Engine;
  /** Whether the passkey manager is a service of its own. */
  split: boolean;
  /** What the virtual authenticators are, to a server with the settings: hardware, attested to roots of the test. */
  model: VirtualModel & { settings: Record<string, string> };
  /**
   * A server where everyone may sign up, and where the model of the virtual authenticators is known. It is shared by the
   * tests of a worker: each makes people of its own.
   */
  server: ServerProcess;
  /** An app that asks for consent, registered at `server`. */
  app: App;
}

interface ForEachTest {
  /** A server of the test's own, for what can happen only once or needs other settings. */
  freshServer: (settings?: Record<string, string>) => Promise<ServerProcess>;
  /** Passkeys of the browser behind `page`. */
  authenticator: VirtualAuthenticator;
  /** One more app at `server`, for what is asked of nobody else. At another host: cookies do not look at ports. */
  startApp: (name: string, sensitivity?: DemoOptions['sensitivity']) => Promise<App>;
}

export interface App {
  origin: string;
  clientId: string;
}

export const test = base.extend<ForEachTest, ForEachWorker>({
  engine: ['sqlite', { scope: 'worker', option: true }],
  split: [false, { scope: 'worker', option: true }],

  model: [
    async ({ browser }, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'latchkey-model-'));
      const model = await readVirtualModel(browser);
      await use({ ...model, settings: await settingsWith(model, folder) });
      await rm(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ engine, split, model }, use) => {
      // The tests knock from one address, faster than people do.
      const settings = { LATCHKEY_SIGN_UP: 'open', LATCHKEY_RATE_LIMIT: '100000', ...model.settings };
      await using server = await startServer({ engine, split, settings });
      await use(server);
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  app: [
    async ({ server }, use) => {
      await using listening = await startDemo(server, { name: appName, host: 'localhost' });
      await use(listening.app);
    },
    { scope: 'worker' },
  ],

  startApp: async ({ server }, use) => {
    await using started = new AsyncDisposableStack();
    await use(async (name, sensitivity) => {
      const about = { name, host: '127.0.0.1', ...(sensitivity && { sensitivity }) };
      return started.use(await startDemo(server, about)).app;
    });
  },

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

/** The demo app on a port of its own, registered at the server. */
async function startDemo(
  server: ServerProcess,
  { name, host, ...rest }: { name: string; host: string } & Pick<DemoOptions, 'sensitivity'>,
): Promise<AsyncDisposable & { app: App }> {
  const port = await freePort();
  const origin = `http://${host}:${port}`;
  const clientId = await addApp(server, name, origin);
  const listening = createDemo({ issuer: server.origin, origin, clientId, ...rest }).listen(port, host);
  await once(listening, 'listening');
  return {
    app: { origin, clientId },
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections();
      listening.close();
    },
  };
}

async function addApp(server: ServerProcess, name: string, origin: string): Promise<string> {
  const addresses = ['--redirect', `${origin}/callback`, '--post-logout-redirect', `${origin}/`];
  const printed = await server.latchkey('app', 'add', name, '--kind', 'browser', ...addresses, '--json');
  return (JSON.parse(printed) as { app: { id: string } }).app.id;
}

let people = 0;

/** Somebody nobody had before in this worker. */
export function newPerson(name = 'Ada Lovelace'): { name: string; userName: string } {
  people += 1;
  return { name, userName: `person-${process.pid}-${people}` };
}
