import { type Expectation, only, passedWhere, plan, review, type Variant } from './plan.ts';

const prefix = 'fapi2-security-profile-final-';

/** Every module of both plans is called after the Security Profile. */
export const named = <Name extends string, T>(modules: Record<Name, T>) =>
  Object.fromEntries(Object.entries(modules).map(([name, of]) => [prefix + name, of])) as Record<
    `${typeof prefix}${Name}`,
    T
  >;

const errorPage = review('an error page, and no redirect');
const passed = 'passed' as Expectation;
const told = passedWhere('the app is told; an error page where the request is nothing but the reference');

const security = {
  'discovery-end-point-verification': passed,
  'happy-flow': passed,
  'user-rejects-authentication': passed,
  'ensure-authorization-request-without-state-success': passed,
  'ensure-authorization-request-without-nonce-success': passed,
  'ensure-authorization-request-with-64-char-nonce-success': passed,
  'ensure-other-scope-order-succeeds': passed,
  'test-claims-parameter-identity-claims': passedWhere(
    'with a warning where the person has no e-mail address or has not chosen a language',
  ),
  'access-token-type-header-case-sensitivity': passed,
  'check-dpop-proof-nbf-exp': only('dpop'),
  'ensure-dpopproof-with-iat-10seconds-before-succeeds': only('dpop'),
  'ensure-dpopproof-with-iat-10seconds-after-succeeds': only('dpop'),
  'ensure-mismatched-dpop-jkt-fails': only('dpop'),
  'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt': only('dpop'),
  'ensure-token-endpoint-fails-with-mismatched-dpop-jkt': only('dpop'),
  'ensure-dpopproof-at-par-endpoint-binding-success': only('dpop'),
  'ensure-dpop-auth-code-binding-success': only('dpop'),
  'ensure-different-nonce-inside-and-outside-request-object': passed,
  'ensure-different-state-inside-and-outside-request-object': passed,
  'ensure-authorization-request-with-long-nonce': passed,
  'ensure-authorization-request-with-long-state': passed,
  'state-only-outside-request-object-not-used': passed,
  'ensure-request-object-without-redirect-uri-fails': passed,
  'plain-fapi-tolerate-unregistered-redirect-uri': passed,
  'ensure-unsigned-authorization-request-without-using-par-fails': passed,
  'ensure-redirect-uri-in-authorization-request': passed,
  'ensure-response-type-code-idtoken-fails': passed,
  'ensure-response-type-token-fails': passed,
  'ensure-client-id-in-token-endpoint': passed,
  'ensure-holder-of-key-required': passed,
  'ensure-authorization-code-is-bound-to-client': passed,
  'attempt-reuse-authorization-code-after-one-second': passed,
  'ensure-token-endpoint-fails-with-expired-auth-code': passed,
  'ensure-signed-client-assertion-with-RS256-fails': only('private_key_jwt'),
  'ensure-client-assertion-in-token-endpoint': only('private_key_jwt'),
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': only('private_key_jwt'),
  'ensure-client-assertion-with-wrong-aud-fails': only('private_key_jwt'),
  'ensure-client-assertion-with-no-sub-fails': only('private_key_jwt'),
  'dpop-negative-tests': only('dpop'),
  'refresh-token': passed,
  'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': passed,
  'par-attempt-reuse-request_uri': errorPage,
  'par-attempt-to-use-expired-request_uri': told,
  'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted': only('private_key_jwt'),
  'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails': only('private_key_jwt'),
  'par-attempt-to-use-request_uri-for-different-client': told,
  'par-authorization-request-containing-request_uri-form-param': passed,
  'par-attempt-invalid-http-method': passed,
  'par-ensure-pkce-required': passed,
  'ensure-pkce-code-verifier-required': passed,
  'incorrect-pkce-code-verifier-rejected': passed,
  'par-plain-pkce-rejected': passed,
  'par-without-duplicate-parameters': passed,
  'par-test-array-as-audience-fails': only('private_key_jwt'),
  'par-test-par-endpoint-url-as-audience-fails': only('private_key_jwt'),
  'par-test-token-endpoint-url-as-audience-fails': only('private_key_jwt'),
};

const signing = {
  'ensure-request-object-with-multiple-aud-succeeds': passed,
  'ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted': passed,
  'ensure-request-object-without-exp-fails': passed,
  'ensure-request-object-without-nbf-fails': passed,
  'ensure-expired-request-object-fails': passed,
  'ensure-request-object-with-bad-aud-fails': passed,
  'ensure-request-object-with-exp-over-60-fails': passed,
  'ensure-request-object-with-nbf-over-60-fails': passed,
  'ensure-signed-request-object-with-RS256-fails': passed,
  'ensure-request-object-signature-algorithm-is-not-none': passed,
  'ensure-request-object-with-invalid-signature-fails': passed,
  'ensure-matching-key-in-authorization-request': passed,
  'ensure-unsigned-request-at-par-endpoint-fails': passed,
  'par-authorization-request-containing-request_uri': passed,
};

const addresses = '--redirect CALLBACK --redirect "CALLBACK?dummy1=lorem&dummy2=ipsum"';

/** Every pairing of how an app shows who it is with what its tokens are bound to. */
function pairings(profile: 'fapi2-security' | 'fapi2-message-signing'): Variant[] {
  const signs = profile === 'fapi2-message-signing';
  return (['private_key_jwt', 'mtls'] as const).flatMap((auth) =>
    (['dpop', 'mtls'] as const).map((sender) => {
      const shows =
        auth === 'mtls'
          ? `--auth tls_client_auth --certificate subjectDn=CN=conformance-1${signs ? ' --jwks KEYS' : ''}`
          : '--auth private_key_jwt --jwks KEYS';
      const bound = sender === 'mtls' ? ' --certificate-bound-access-tokens' : '';
      return {
        settings: `client_auth_type=${auth}, sender_constrain=${sender}`,
        commands: [
          `latchkey app add "Conformance 1" --kind web --profile ${profile} ${shows}${bound} ${addresses}`,
        ],
      };
    }),
  );
}

const notes = [
  'The suite wants a second client like each of these, with other keys and another certificate. `KEYS` stands for the public keys of the client as the suite has them, `{"keys":[…]}`; for a variant with `mtls` set `LATCHKEY_MTLS_URL` and `LATCHKEY_CLIENT_CA_FILE`, behind a gateway that asks for certificates at that name (`docs/operations.md`). The resource that the suite asks for is userinfo.',
  'Modules of the profiles of single countries (UK, Brazil, Australia, the Emirates, Saudi Arabia) are not run with `plain_fapi`, and neither is `ensure-registered-redirect-uri`.',
  'Which versions of TLS and which ciphers are offered is up to the gateway: those in `deploy/` offer TLS 1.2 and later.',
];
const common = 'fapi_profile=plain_fapi`, `openid=openid_connect`, `authorization_request_type=simple';

export const fapiSecurityPlan = plan({
  name: 'fapi2-security-profile-final-test-plan',
  title: 'FAPI 2.0 Security Profile OP',
  variants: pairings('fapi2-security'),
  notes: [`All with \`${common}\`.`, ...notes],
  modules: named(security),
});

export const fapiSigningPlan = plan({
  name: 'fapi2-message-signing-final-test-plan',
  title: 'FAPI 2.0 Message Signing OP',
  variants: pairings('fapi2-message-signing'),
  notes: [
    `All with \`${common}\`, \`fapi_request_method=signed_non_repudiation\`, \`fapi_response_mode=jarm\`.`,
    'The rest is as with the Security Profile. HTTP message signatures are not part of the plan.',
  ],
  modules: named({ ...security, ...signing }),
});
