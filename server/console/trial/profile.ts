/** How carefully an app asks and is answered, as far as a trial of it does the same. */
import type { TriedPart, UntriedPart } from '../../../views/console/apps/try-parts.ts';
import type { AppFacts } from '../../admin/shapes.ts';
import { type AppSecurity, securityInForce } from '../../apps/security.ts';
import { usesKeys } from '../../apps/security-rules.ts';
import { trialMethod } from '../../apps/trial-app.ts';

export type Tried = Pick<
  AppFacts,
  'id' | 'scopes' | 'tokenEndpointAuthMethod' | 'certificateBoundAccessTokens' | 'pkce' | 'security'
>;

type Encrypted = NonNullable<AppSecurity['encrypted']>[number];

export interface Profile {
  /** By which algorithm it signs who it is; absent where it says so without proof. */
  assertionAlg?: string;
  /** By which it signs its requests. */
  requestAlg?: string;
  isPushed: boolean;
  isBound: boolean;
  /** It is answered with a JWT (JARM), which must be signed. */
  isAnsweredByJwt: boolean;
  hasSignedUserinfo: boolean;
  isEncrypted: (what: Encrypted) => boolean;
}

/** What an app signs with where it does not say. */
const usual = 'ES256';

export function profileOf(app: Tried): Profile {
  const { security } = app;
  // Without the certificate that its tokens are bound to: FAPI 2.0 binds them to a key then.
  const inForce = securityInForce(security ? { security } : {});
  const { encrypted = [], assertionAlg = usual, requestAlg = usual } = inForce;
  return {
    ...(trialMethod(app) === 'private_key_jwt' && { assertionAlg }),
    ...(inForce.requireSignedRequestObject && { requestAlg }),
    isPushed: Boolean(inForce.requirePushedAuthorizationRequests),
    isBound: Boolean(inForce.dpopBoundAccessTokens),
    isAnsweredByJwt: Boolean(inForce.requireSignedResponses) || encrypted.includes('authorization_response'),
    hasSignedUserinfo: Boolean(inForce.signedUserinfo) || encrypted.includes('userinfo'),
    isEncrypted: (what) => encrypted.includes(what),
  };
}

/** What of an app nobody can try but whoever has it. */
export function untriedOf(app: Tried): UntriedPart[] {
  const { tokenEndpointAuthMethod: method, certificateBoundAccessTokens, pkce, security } = app;
  const { encrypted = [] } = security ?? {};
  const parts: [UntriedPart, boolean | undefined][] = [
    ['secret', method.startsWith('client_secret_')],
    ['certificate', method.endsWith('tls_client_auth')],
    ['boundToCertificate', certificateBoundAccessTokens],
    ['ownKeys', usesKeys({ tokenEndpointAuthMethod: trialMethod(app), security })],
    ['withoutPkce', pkce !== 'required'],
    ['introspection', encrypted.includes('introspection')],
  ];
  return parts.filter(([, holds]) => holds).map(([part]) => part);
}

/** One thing that was done as the app does it. */
export const tried = (part: TriedPart['part'], alg?: string): TriedPart => ({
  part,
  ...(alg !== undefined && { alg }),
});
