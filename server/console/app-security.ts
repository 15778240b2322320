/** How carefully an app asks and is answered, in the form and on the page of an app. */
import type { SecurityFact } from '../../views/console/apps/app.ts';
import {
  encryptedWords,
  type SecurityFields,
  securityWords,
} from '../../views/console/apps/security-form.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { securityInForce } from '../apps/security.ts';
import { certificateChanges, certificateFieldsOf, typedCertificate } from './certificate-form.ts';
import { optional, text } from './visit.ts';

const switches = Object.keys(securityWords) as (keyof typeof securityWords)[];

export function securityFieldsOf(app: AppFacts): SecurityFields {
  const { security = {}, jwks, jwksUri = '' } = app;
  const { profile = '', encrypted = [], encryptionAlg = '', encryptionEnc = '' } = security;
  return {
    ...{ tokenEndpointAuthMethod: app.tokenEndpointAuthMethod, jwksUri },
    jwks: jwks ? JSON.stringify(jwks, undefined, 2) : '',
    ...{ profile, encrypted, encryptionAlg, encryptionEnc },
    on: switches.filter((name) => security[name]),
    ...certificateFieldsOf(app),
  };
}

export function typedSecurity(form: URLSearchParams): SecurityFields {
  return {
    tokenEndpointAuthMethod: text(form, 'tokenEndpointAuthMethod'),
    jwks: text(form, 'jwks'),
    jwksUri: text(form, 'jwksUri'),
    profile: text(form, 'profile'),
    on: form.getAll('security'),
    encrypted: form.getAll('encrypted'),
    encryptionAlg: text(form, 'encryptionAlg'),
    encryptionEnc: text(form, 'encryptionEnc'),
    ...typedCertificate(form),
  };
}

/** What the form says; what is not in it stays as it is. */
export function securityChanges({ kind, security = {} }: AppFacts, form: URLSearchParams) {
  if (!form.has('jwks')) return {};
  const said = {
    ...some('requestAlg', security.requestAlg),
    ...some(
      'assertionAlg',
      form.get('tokenEndpointAuthMethod') === 'private_key_jwt' ? security.assertionAlg : undefined,
    ),
    ...some('profile', optional(form, 'profile')),
    ...Object.fromEntries(
      switches.filter((name) => form.getAll('security').includes(name)).map((name) => [name, true]),
    ),
    ...(form.has('encrypted') && { encrypted: form.getAll('encrypted') }),
    ...some('encryptionAlg', optional(form, 'encryptionAlg')),
    ...some('encryptionEnc', optional(form, 'encryptionEnc')),
  };
  const hasServer = kind === 'web' || kind === 'machine';
  return {
    security: Object.keys(said).length > 0 ? said : null,
    jwks: keysOf(optional(form, 'jwks')),
    jwksUri: optional(form, 'jwksUri') ?? null,
    ...(hasServer && some('tokenEndpointAuthMethod', optional(form, 'tokenEndpointAuthMethod'))),
    ...(hasServer && certificateChanges(form)),
  };
}

const some = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });

/** What is no JSON is refused by the operation, with the field. */
function keysOf(typed: string | undefined): unknown {
  if (typed === undefined) return null;
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}

/** All that holds: what was said, and what the profile brings. */
export function securityFacts(app: AppFacts): SecurityFact[] {
  const { profile, encrypted = [], ...inForce } = securityInForce(app);
  return [
    ...(profile
      ? ([profile === 'fapi2-security' ? 'security.profileSecurity' : 'security.profileSigning'] as const)
      : []),
    ...switches.filter((name) => inForce[name]).map((name) => securityWords[name].label),
    ...encrypted.map((name) => ({ encrypted: encryptedWords[name] })),
    ...(app.certificateBoundAccessTokens ? (['certificate.bound'] as const) : []),
  ];
}
