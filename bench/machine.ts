import { openStorage } from '../adapters/open.ts';
import { newApp } from '../server/apps/create-app.ts';
import { readConfig } from '../server/config.ts';
import { openSecret } from '../server/secret/secret-file.ts';
import type { Machine } from './report-cpu.ts';

/** Registers an app that speaks for itself, beside the server that runs with these settings. */
export async function addMachine(settings: Readonly<Record<string, string>>): Promise<Machine> {
  const config = readConfig(settings);
  const { hash } = openSecret(config);
  const said = { name: 'machine', kind: 'machine', apiScopes: ['people:read'] } as const;
  const { app, secret = '' } = newApp({ ...said, apiScopes: [...said.apiScopes] }, { hash, now: Date.now() });
  await using storage = await openStorage({
    url: config.storageUrl,
    role: 'command',
    schema: 'check',
    waitUntilReady: true,
  });
  await storage.apps.insert(app);
  return { id: app.id, secret };
}
