/** Certificates of apps (RFC 8705): how they show who they are, and what their tokens are bound to. */
import type { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { ClientAuthMethod, KoaContextWithOIDC } from 'oidc-provider';
import type { ClientAuthorities } from '../client-certificates/authorities.ts';
import { isSubject, type SubjectField } from '../client-certificates/subject.ts';
import type { Config } from '../config.ts';
import { clientCertificate } from '../http/request.ts';

/** At the name where gateways ask for certificates (§5); with the same paths as at the issuer. */
const aliased = {
  token_endpoint: '/token',
  pushed_authorization_request_endpoint: '/request',
  revocation_endpoint: '/token/revocation',
  introspection_endpoint: '/token/introspection',
  userinfo_endpoint: '/me',
  device_authorization_endpoint: '/device/auth',
  backchannel_authentication_endpoint: '/backchannel',
} as const;

export interface MtlsDependencies {
  config: Pick<Config, 'mtls'>;
  clientAuthorities: ClientAuthorities;
  now: () => number;
}

export function mtlsFeature({ config, clientAuthorities, now }: MtlsDependencies) {
  const isOn = config.mtls !== undefined;
  return {
    enabled: isOn,
    certificateBoundAccessTokens: isOn,
    selfSignedTlsClientAuth: isOn,
    tlsClientAuth: isOn,
    getCertificate: (ctx: KoaContextWithOIDC) => clientCertificate(ctx),
    certificateAuthorized(ctx: KoaContextWithOIDC) {
      const certificate = clientCertificate(ctx);
      return certificate !== undefined && clientAuthorities.vouchFor(certificate, now());
    },
    certificateSubjectMatches(ctx: KoaContextWithOIDC, field: SubjectField, expected: string) {
      const certificate = clientCertificate(ctx);
      return certificate !== undefined && isSubject(certificate, field, expected);
    },
  };
}

/** How apps may authenticate with a certificate. One of an authority wants authorities. */
export function mtlsAuthMethods({ mtls }: Pick<Config, 'mtls'>): ClientAuthMethod[] {
  if (!mtls) return [];
  return ['self_signed_tls_client_auth', ...(mtls.authorities ? (['tls_client_auth'] as const) : [])];
}

/** What discovery says of it. */
export function mtlsDiscovery({ mtls }: Pick<Config, 'mtls'>) {
  if (!mtls) return {};
  const endpoints = Object.entries(aliased).map(([name, path]) => [name, mtls.origin + path]);
  return { mtls_endpoint_aliases: Object.fromEntries(endpoints) };
}

/** `x5t#S256` of `cnf` (§3.1). */
export const thumbprint = ({ raw }: X509Certificate): string =>
  createHash('sha256').update(raw).digest('base64url');
