/** Where apps that nobody vouches for may have themselves told of people. */
import type { App } from '../apps/app.ts';
import { sectorOf } from '../apps/sector.ts';
import { RegistrationRefusal } from './refusal.ts';

/**
 * A logout token tells by which `sub` a sector knows somebody: of a pairwise app it goes to a host of that sector, or one
 * that a person's browser is sent to as well. @throws RegistrationRefusal
 */
export function requireOwnLogout(app: App): void {
  const { backchannelLogoutUri: uri, redirectUris } = app;
  const sector = sectorOf(app);
  if (uri === undefined || sector === undefined) return;
  const own = app.sectorIdentifierUri === undefined ? [sector] : [sector, ...redirectUris.map(hostOf)];
  if (!own.includes(hostOf(uri)))
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      `backchannel_logout_uri must be at ${sector}, the sector that its subjects are of`,
    );
}

const hostOf = (uri: string): string => URL.parse(uri)?.hostname ?? '';
