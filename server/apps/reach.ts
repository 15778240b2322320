import type { Reach } from '../outbound/outbound.ts';
import type { App } from './app.ts';

/** Where the addresses of an app may lead: administrators answer for theirs, and for what a token of theirs let in. */
export function reachOf({ origin, registration }: Pick<App, 'origin' | 'registration'>): Reach {
  // A trial of one is made by the server itself, and its addresses are not.
  if (registration) return registration.outboundHosts ? { within: registration.outboundHosts } : 'stranger';
  return origin === 'document' ? 'stranger' : 'administrator';
}
