/** What an app does more carefully than it must: how it asks, how it is answered, and what its tokens are bound to. */
import { z } from 'zod';

/** FAPI 2.0 Security Profile, and FAPI 2.0 Message Signing on top of it. */
export const securityProfiles = ['fapi2-security', 'fapi2-message-signing'] as const;

/** What can be encrypted for an app: `authorization_response` in the response modes of JARM. */
export const encryptable = ['id_token', 'userinfo', 'introspection', 'authorization_response'] as const;

/** How the key that encrypts is brought to the app (RFC 7518 §4), and what it encrypts with (§5). */
export const encryptionAlgorithms = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const;
export const encryptionMethods = ['A256GCM', 'A128GCM', 'A128CBC-HS256', 'A256CBC-HS512'] as const;

/** What apps sign assertions and requests with: none of these can be verified with what is public. */
export const appAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;

const flag = z.boolean('must be true or false').exactOptional();

const algorithm = z.enum(appAlgorithms, `must be one of ${appAlgorithms.join(', ')}`).exactOptional();

export const securityFields = z.strictObject({
  profile: z
    .enum(securityProfiles, `must be one of ${securityProfiles.join(', ')}`)
    .exactOptional()
    .describe('FAPI 2.0; it brings all that it asks for.'),
  requirePushedAuthorizationRequests: flag.describe('Its requests are pushed (RFC 9126).'),
  dpopBoundAccessTokens: flag.describe('Its tokens are bound to a key of its own (RFC 9449).'),
  requireSignedRequestObject: flag.describe('Its requests are signed (RFC 9101).'),
  requireSignedResponses: flag.describe('It is answered with a signed JWT alone (JARM).'),
  signedUserinfo: flag.describe('Userinfo is a signed JWT.'),
  encrypted: z
    .array(z.enum(encryptable, `must be of ${encryptable.join(', ')}`))
    .max(encryptable.length)
    .exactOptional()
    .describe('What is encrypted with a public key of the app.'),
  encryptionAlg: z
    .enum(encryptionAlgorithms, `must be one of ${encryptionAlgorithms.join(', ')}`)
    .exactOptional(),
  encryptionEnc: z.enum(encryptionMethods, `must be one of ${encryptionMethods.join(', ')}`).exactOptional(),
  requestAlg: algorithm.describe('By which its requests are signed, and by no other.'),
  assertionAlg: algorithm.describe('By which it signs who it is, and by no other.'),
});

export type AppSecurity = z.output<typeof securityFields>;

/** What is off is not kept; nothing at all is left out. */
export function keptSecurity(said: AppSecurity | undefined): { security?: AppSecurity } {
  const on = Object.entries(said ?? {}).filter(
    ([, value]) => value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return on.length > 0 ? { security: Object.fromEntries(on) as AppSecurity } : {};
}

/** All that holds for an app: what was said of it, and what its profile brings. */
export interface SecurityInForce extends AppSecurity {
  isFapi: boolean;
}

/** FAPI 2.0 Security Profile §5.3.2, FAPI 2.0 Message Signing §5.3 and §5.4. */
export function securityInForce({
  security = {},
  certificateBoundAccessTokens = false,
}: {
  security?: AppSecurity;
  certificateBoundAccessTokens?: boolean | undefined;
}): SecurityInForce {
  const isFapi = security.profile !== undefined;
  const signs = security.profile === 'fapi2-message-signing';
  return {
    ...security,
    isFapi,
    ...(isFapi && { requirePushedAuthorizationRequests: true }),
    ...(isFapi && !certificateBoundAccessTokens && { dpopBoundAccessTokens: true }),
    ...(signs && { requireSignedRequestObject: true, requireSignedResponses: true }),
  };
}
