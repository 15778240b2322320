import type { Client, Provider } from 'oidc-provider';
import type { App } from '../apps/app.ts';
import { answering } from './availability.ts';

/**
 * Says the same of the same record of an app by the same object. An app whose keys are at an address of its own is told
 * of anew each time: see `latchkey_keys_period`.
 */
export function rememberingMetadata<Metadata extends object>(
  make: (app: App) => Metadata,
): (app: App) => Metadata {
  const known = new WeakMap<App, Metadata>();
  return (app) => {
    const metadata = known.get(app) ?? make(app);
    if (app.jwksUri === undefined) known.set(app, metadata);
    return metadata;
  };
}

/**
 * oidc-provider takes a digest of all that is said of an app at every request, to find the client that it made of it.
 * What is said by the same object is of the same client.
 */
export function keepClients(
  provider: Provider,
  findClient: (id: string) => Promise<object | undefined>,
): Provider {
  const { Client: clients } = provider;
  const told = answering(findClient);
  const find = clients.find.bind(clients);
  const known = new WeakMap<object, Client>();
  Object.assign(clients, {
    async find(id: string): Promise<Client | undefined> {
      const metadata = typeof id === 'string' && id !== '' ? await told(id) : undefined;
      const kept = metadata && known.get(metadata);
      if (kept) return kept;
      const client = await find(id);
      // Between the two the app may have become another: then what was said before is said no more.
      if (metadata && client) known.set(metadata, client);
      return client;
    },
  });
  return provider;
}
