import { only, passedWhere, plan, skipped, type Variant } from './plan.ts';

const otherKeys = 'keys for ES256 cannot sign by RS256, and those of these clients are such';
const addresses = 'CALLBACK-WITH-/ciba-notification-endpoint';

/** Every pairing of how an app learns of the answer with how it shows who it is. */
const variants: Variant[] = (['poll', 'ping'] as const).flatMap((mode) =>
  (['private_key_jwt', 'mtls'] as const).map((auth) => {
    const told = mode === 'ping' ? ` --ciba notificationEndpoint=${addresses}` : '';
    const shows =
      auth === 'mtls'
        ? '--auth tls_client_auth --certificate subjectDn=CN=conformance-1'
        : '--auth private_key_jwt --assertion-alg ES256';
    return {
      settings: `ciba_mode=${mode}, client_auth_type=${auth}`,
      commands: [
        `latchkey app add "Conformance 1" --kind web --ciba deliveryMode=${mode}${told} ${shows} --jwks KEYS --require-signed-requests --request-alg ES256 --certificate-bound-access-tokens --redirect CALLBACK`,
      ],
    };
  }),
);

export const cibaPlan = plan({
  name: 'fapi-ciba-id1-test-plan',
  title: 'FAPI-CIBA OP, poll and ping',
  variants,
  notes: [
    'All with `fapi_ciba_profile=plain_fapi`. The suite wants a second client like each of these, with other keys and another certificate. `KEYS` stands for the public keys of the client, `{"keys":[…]}`; `LATCHKEY_MTLS_URL` and `LATCHKEY_CLIENT_CA_FILE` are set, behind a gateway that asks for certificates at that name.',
    'FAPI-CIBA builds on FAPI 1.0 Advanced, for which Latchkey has no switch: the options of the commands ask one by one for what it wants, signed requests by one algorithm and tokens that are bound to a certificate. DPoP is not part of this plan.',
    'Whom the suite asks for is a `login_hint`: Latchkey takes no `login_hint_token` and no `user_code`, and has no `push` mode (FAPI-CIBA forbids it). The person answers on their account page with a passkey, and no address answers in their place: a run has somebody, or a browser with a virtual authenticator, at that page.',
    'A request lives for 30 seconds at least: the module that asks for 10 waits so much longer. Modules of the profiles of single countries are not run with `plain_fapi`.',
  ],
  modules: {
    'fapi-ciba-id1-discovery-end-point-verification': 'passed',
    'fapi-ciba-id1': 'passed',
    'fapi-ciba-id1-user-rejects-authentication': 'passed',
    'fapi-ciba-id1-multiple-call-to-token-endpoint': 'passed',
    'fapi-ciba-id1-auth-req-id-expired': 'passed',
    'fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds': 'passed',
    'fapi-ciba-id1-ensure-other-scope-order-succeeds': 'passed',
    'fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds': 'passed',
    'fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-aud-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-bad-aud-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-iss-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-bad-iss-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-exp-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-expired-exp-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-iat-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-nbf-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-missing-jti-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails': 'passed',
    'fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails': skipped(otherKeys),
    'fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails': 'passed',
    'fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails': 'passed',
    'fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request': 'passed',
    'fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request': only('mtls'),
    'fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request': only('mtls'),
    'fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request': only('mtls'),
    'fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request': only('private_key_jwt'),
    'fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request':
      only('private_key_jwt'),
    'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails':
      { outcome: 'skipped', only: 'private_key_jwt', why: otherKeys },
    'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails': {
      outcome: 'skipped',
      only: 'private_key_jwt',
      why: otherKeys,
    },
    'fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds': only('private_key_jwt'),
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body': only('ping'),
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401': only('ping'),
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403': only('ping'),
    'fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry':
      only('ping'),
    'fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request': only('ping'),
    'fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails': 'passed',
    'fapi-ciba-id1-refresh-token': passedWhere('where the clients ask for `offline_access`; skipped else'),
    'fapi-ciba-id1-ensure-mtls-holder-of-key-required': 'passed',
  },
});
