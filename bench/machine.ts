import { openStorage } from '../adapters/open.ts';
import { newApi } from '../server/apis/create-api.ts';
import { newApp } from '../server/apps/create-app.ts';
import { readConfig } from '../server/config.ts';
import { openSecret } from '../server/secret/secret-file.ts';
import { type Machine, opaqueResource } from './report-cpu.ts';

/** Registers an app that speaks for itself, and an API that it may use, beside the server that runs with these settings. */
export async function addMachine(settings: Readonly<Record<string, string>>): Promise<Machine> {
  const config = readConfig(settings);
  const { hash } = openSecret(config);
  const now = Date.now();
  const said = { name: 'machine', kind: 'machine', apiScopes: ['people:read'] } as const;
  const { app, secret = '' } = newApp({ ...said, apiScopes: [...said.apiScopes] }, { hash, now });
  const api = newApi(
    {
      audience: opaqueResource,
      name: 'opaque',
      scopes: [{ name: 'read', sentence: 'Read.' }],
      tokenFormat: 'opaque',
      apps: [{ id: app.id, machine: ['read'] }],
    },
    { issuer: config.issuer, now },
  );
  await using storage = await openStorage({
    url: config.storageUrl,
    role: 'command',
    schema: 'check',
    waitUntilReady: true,
  });
  await storage.apps.insert(app);
  // An installation that stays has one from before.
  for (const { id, audience } of await storage.apis.list())
    if (audience === opaqueResource) await storage.apis.remove(id);
  await storage.apis.insert(api);
  return { id: app.id, secret };
}
