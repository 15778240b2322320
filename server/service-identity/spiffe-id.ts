/** Every service that has a certificate of its own. */
export const serviceNames = [
  'provider',
  'enrolment',
  'administration',
  'metadata',
  'monitor',
  'passkey-manager',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** `spiffe://<trust domain>/<name>` */
export function spiffeId(trustDomain: string, name: ServiceName): string {
  return `spiffe://${trustDomain}/${name}`;
}

/** SPIFFE-ID §2.1: the alphabet of a trust domain, which is compared as it is written. */
export function isTrustDomain(text: string): boolean {
  return /^[a-z0-9._-]{1,255}$/.test(text);
}
