import type { Installation } from './page-data.ts';

/** Where a page really is. */
export interface Surroundings {
  /** `location.origin` */
  origin: string;
  /** `location.hostname` */
  hostname: string;
  isSecureContext: boolean;
}

export interface Mismatch {
  reason:
    | 'wrongPlace.notHttps'
    | 'wrongPlace.ipAddress'
    | 'wrongPlace.otherScheme'
    | 'wrongPlace.otherAddress'
    | 'wrongPlace.originMissing'
    | 'wrongPlace.rpIdForeign';
  /** The setting that would make this address right, with its value; absent where only another address helps. */
  setting?: string;
  /** The address that works as the server is set up now. */
  goTo?: string;
}

/**
 * Compares what the server was told with where the page is. The first thing that would keep passkeys from working,
 * or `undefined` where all is well.
 */
export function findMismatch(here: Surroundings, told: Installation): Mismatch | undefined {
  const issuer = new URL(told.issuer);
  const goTo = here.origin === issuer.origin ? {} : { goTo: issuer.origin };
  if (isIpAddress(here.hostname))
    return { reason: 'wrongPlace.ipAddress', ...goTo, ...issuerSetting(localhostInstead(here.origin), told) };
  const allowed = told.origins.includes(here.origin);
  if (!allowed && here.origin !== issuer.origin) return elsewhere(here, issuer);
  if (!here.isSecureContext)
    return { reason: 'wrongPlace.notHttps', setting: `LATCHKEY_ISSUER=${secure(here.origin)}` };
  if (!belongsTo(here.hostname, told.rpId))
    return { reason: 'wrongPlace.rpIdForeign', setting: passkeyOrigins(here.hostname, [here.origin]) };
  if (!allowed)
    return {
      reason: 'wrongPlace.originMissing',
      setting: passkeyOrigins(told.rpId, [...told.origins, here.origin]),
    };
  return undefined;
}

/** Neither the issuer nor an origin for passkeys. */
function elsewhere(here: Surroundings, issuer: URL): Mismatch {
  const goTo = issuer.origin;
  const setting = `LATCHKEY_ISSUER=${here.isSecureContext ? here.origin : secure(here.origin)}`;
  const schemeOnly = here.origin.split('://')[1] === issuer.host;
  if (schemeOnly && here.isSecureContext) return { reason: 'wrongPlace.otherScheme', setting };
  if (schemeOnly) return { reason: 'wrongPlace.otherScheme', goTo };
  return { reason: 'wrongPlace.otherAddress', goTo, setting };
}

function issuerSetting(origin: string, told: Installation): { setting?: string } {
  return origin === told.issuer ? {} : { setting: `LATCHKEY_ISSUER=${origin}` };
}

/** WebAuthn L3 §5.1.3: the RP ID is the host or a domain above it. */
function belongsTo(hostname: string, rpId: string): boolean {
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}

function passkeyOrigins(rpId: string, origins: readonly string[]): string {
  return `LATCHKEY_PASSKEY_ORIGINS=${rpId}=${origins.join(',')}`;
}

function isIpAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname);
}

function secure(origin: string): string {
  return origin.replace(/^http:/, 'https:');
}

function localhostInstead(origin: string): string {
  const url = new URL(origin);
  const loopback = url.hostname === '[::1]' || url.hostname.startsWith('127.');
  return loopback ? origin.replace(url.hostname, 'localhost') : `https://login.example.com`;
}
