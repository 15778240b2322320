import type { Outbound } from '../outbound/outbound.ts';
import type { App } from './app.ts';
import { reachOf } from './reach.ts';

interface BlockedAddress {
  /** Of the app. */
  field: keyof ReturnType<typeof addressesOf>;
  uri: string;
  /** As the rest of a sentence. */
  problem: string;
}

const addressesOf = ({ jwksUri, sectorIdentifierUri, logoUri, backchannelLogoutUri, ciba }: App) => ({
  jwksUri,
  sectorIdentifierUri,
  logoUri,
  backchannelLogoutUri,
  notificationEndpoint: ciba?.notificationEndpoint,
});

/** Addresses of an app that this server does not ask, as names lead now. */
export async function blockedAddresses(app: App, examine: Outbound['examine']): Promise<BlockedAddress[]> {
  const found = await Promise.all(
    Object.entries(addressesOf(app)).map(async ([name, uri]): Promise<BlockedAddress[]> => {
      const field = name as BlockedAddress['field'];
      const problem = uri === undefined ? undefined : await examine(uri, reachOf(app));
      return uri !== undefined && problem !== undefined ? [{ field, uri, problem }] : [];
    }),
  );
  return found.flat();
}
