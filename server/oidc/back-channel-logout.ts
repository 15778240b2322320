import { type Client, Provider } from 'oidc-provider';
import { notedSector } from './grant-sectors.ts';
import type { SessionEnds } from './session-ends.ts';

/**
 * oidc-provider would post the token itself, in the request and once. Where the whole session ends its apps are told by
 * `endSession` of the adapter; what is left is an app that the person leaves alone, and stays signed in.
 */
export function tellOfPartialEnds({ Client }: Provider, leave: SessionEnds['leave']): void {
  Client.prototype.backchannelLogout = async function backchannelLogout(
    this: Client,
    sub: string,
    sid: string,
  ): Promise<void> {
    if (Provider.ctx?.oidc.params?.logout) return;
    const sector = notedSector(Provider.ctx?.oidc.session, this.clientId);
    await leave({ appId: this.clientId, sub, sid, sector });
  };
}
