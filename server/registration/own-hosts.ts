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

/**
 * Whoever has the app is led there from their account page: to a host where it is answered, and nowhere else.
 * @throws RegistrationRefusal
 */
export function requireOwnStart(
  { initiateLoginUri: uri, redirectUris }: App,
  hosts = redirectUris.map((each) => URL.parse(each)?.host ?? ''),
): void {
  if (uri === undefined) return;
  const url = URL.parse(uri);
  if (url?.protocol !== 'https:' || !hosts.includes(url.host))
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      `initiate_login_uri must be an https address at ${hosts.filter(Boolean).join(' or ') || 'a host of redirect_uris'}`,
    );
}

const hostOf = (uri: string): string => URL.parse(uri)?.hostname ?? '';
