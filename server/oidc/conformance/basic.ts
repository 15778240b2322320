import { plan, review, skipped, type Variant, warning } from './plan.ts';

const noAddress = 'Latchkey keeps no postal addresses and no telephone numbers, and announces no such scope';
const noUnsigned = 'only for clients that register themselves; the algorithm `none` is not offered';
const noUnsignedRequests = 'unsigned request objects are not offered: they are refused';

export const configPlan = plan({
  name: 'oidcc-config-certification-test-plan',
  title: 'Config OP',
  variants: [],
  notes: ['It has no variants, and needs no client.'],
  modules: { 'oidcc-discovery-endpoint-verification': 'passed' },
});

const variants: Variant[] = [
  {
    settings: 'server_metadata=discovery, client_registration=static_client',
    commands: [
      'latchkey app add "Conformance 1" --kind web --pkce off --redirect CALLBACK',
      'latchkey app add "Conformance 2" --kind web --pkce off --redirect CALLBACK',
      'latchkey app add "Conformance post" --kind web --pkce off --auth client_secret_post --redirect CALLBACK',
    ],
  },
  {
    settings: 'server_metadata=discovery, client_registration=dynamic_client',
    commands: [
      'latchkey registration-token add --name Conformance --kinds web --pkce off --scopes openid --scopes profile --scopes email --scopes offline_access --uses 100',
    ],
  },
];

export const basicPlan = plan({
  name: 'oidcc-basic-certification-test-plan',
  title: 'Basic OP',
  variants,
  notes: [
    'The suite sends no PKCE, and in one module no nonce either: hence `--pkce off`, which no app of yours should have.',
    'For clients that register themselves set `LATCHKEY_REGISTRATION=token`, and give the suite the token as `client.initial_access_token`. People are asked for their consent by each of them: the browser of the suite presses the button.',
  ],
  modules: {
    'oidcc-server': 'passed',
    'oidcc-response-type-missing': 'passed',
    'oidcc-idtoken-signature': 'passed',
    'oidcc-idtoken-unsigned': skipped(noUnsigned),
    'oidcc-userinfo-get': 'passed',
    'oidcc-userinfo-post-header': 'passed',
    'oidcc-userinfo-post-body': 'passed',
    'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': 'passed',
    'oidcc-scope-profile': warning(
      'of the claims of `profile` an account has name, user name and time of change',
    ),
    'oidcc-scope-email': 'passed',
    'oidcc-scope-address': skipped(noAddress),
    'oidcc-scope-phone': skipped(noAddress),
    'oidcc-scope-all': skipped(noAddress),
    'oidcc-alternate-happy-flow': 'passed',
    'oidcc-display-page': 'passed',
    'oidcc-display-popup': 'passed',
    'oidcc-prompt-login': review('the sign-in page, asked for a second time'),
    'oidcc-prompt-none-not-logged-in': 'passed',
    'oidcc-prompt-none-logged-in': 'passed',
    'oidcc-max-age-1': review('the sign-in page, asked for a second time'),
    'oidcc-max-age-10000': 'passed',
    'oidcc-ensure-request-with-unknown-parameter-succeeds': 'passed',
    'oidcc-id-token-hint': 'passed',
    'oidcc-login-hint': 'passed',
    'oidcc-ui-locales': 'passed',
    'oidcc-claims-locales': 'passed',
    'oidcc-ensure-request-with-acr-values-succeeds': 'passed',
    'oidcc-codereuse': 'passed',
    'oidcc-codereuse-30seconds': 'passed',
    'oidcc-ensure-registered-redirect-uri': review('an error page, and no redirect'),
    'oidcc-ensure-post-request-succeeds': 'passed',
    'oidcc-server-client-secret-post': 'passed',
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': skipped(
      'only for clients that register themselves; no request is fetched from anywhere',
    ),
    'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported':
      skipped(noUnsignedRequests),
    'oidcc-claims-essential': 'passed',
    'oidcc-ensure-request-object-with-redirect-uri': skipped(noUnsignedRequests),
    'oidcc-refresh-token': 'passed',
    'oidcc-ensure-request-with-valid-pkce-succeeds': 'passed',
  },
});

export const formPostBasicPlan = plan({
  ...basicPlan,
  name: 'oidcc-formpost-basic-certification-test-plan',
  title: 'Form Post Basic OP',
  notes: ['Every answer comes in a form that the browser posts (`response_mode=form_post`).'],
  like: basicPlan,
});
