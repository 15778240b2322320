import { z } from 'zod';
import { apiResource } from '../../apps/api-scopes.ts';
import { AppError } from '../../errors.ts';
import { ask } from './ask.ts';
import { ServerError } from './server-error.ts';

/** A server as it describes itself (OpenID Connect Discovery 1.0 §4). */
export interface DiscoveredServer {
  issuer: string;
  /** The API's address, which is also the `resource` of its tokens. */
  api: string;
  token: URL;
  device: URL;
  revocation: URL;
  /** So many milliseconds the clock of this computer is ahead of the server's. */
  clockAhead: number;
}

const described = z.object({
  issuer: z.string(),
  token_endpoint: z.url(),
  device_authorization_endpoint: z.url(),
  revocation_endpoint: z.url(),
});

/** An origin: https, or http on this computer. @throws AppError `field_invalid` */
export function serverAddress(given: string): string {
  const url = URL.parse(given.includes('://') ? given : `https://${given}`);
  const refuse = (detail: string) => new AppError('field_invalid', { field: 'server', detail });
  if (url === null || `${url.username}${url.password}` !== '')
    throw refuse(`${given} is no address of a server, such as https://login.example.com`);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    throw refuse(`${given} must be https: what is sent there signs an administrator in`);
  return url.origin;
}

/** @throws ServerError where there is no such server, or it goes by another name */
export async function discover(server: string, now: () => number): Promise<DiscoveredServer> {
  const asked = now();
  const { status, headers, body } = await ask(new URL('/.well-known/openid-configuration', server));
  const date = Date.parse(headers.get('date') ?? '');
  const found = described.safeParse(body);
  if (status !== 200 || !found.success)
    throw new ServerError(
      'server_not_understood',
      `${server} is no Latchkey server: it describes no sign-in.`,
    );
  const { issuer, ...endpoints } = found.data;
  if (issuer !== server)
    throw new ServerError('server_not_understood', `${server} calls itself ${issuer}: use that address.`);
  const own = (address: string) => {
    if (new URL(address).origin === issuer) return new URL(address);
    throw new ServerError('server_not_understood', `${server} sends sign-ins elsewhere, to ${address}.`);
  };
  return {
    issuer,
    api: apiResource(issuer),
    token: own(endpoints.token_endpoint),
    device: own(endpoints.device_authorization_endpoint),
    revocation: own(endpoints.revocation_endpoint),
    clockAhead: Number.isNaN(date) ? 0 : (asked + now()) / 2 - date,
  };
}

/** Where the clocks differ by more than a minute: what is signed here is then refused there. */
export function clockNote({ clockAhead }: Pick<DiscoveredServer, 'clockAhead'>): string {
  const minutes = Math.round(Math.abs(clockAhead) / 60_000);
  if (minutes < 1) return '';
  const unit = minutes === 1 ? 'minute' : 'minutes';
  return ` The clock of this computer is ${minutes} ${unit} ${clockAhead > 0 ? 'ahead' : 'behind'}: set it right.`;
}
