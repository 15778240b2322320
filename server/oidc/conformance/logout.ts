import { plan, review } from './plan.ts';

const settings = 'client_registration=static_client, response_type=code';
const app = (more = '') =>
  `latchkey app add "Conformance 1" --kind web --pkce off --redirect CALLBACK --post-logout-redirect CALLBACK-WITH-/post_logout_redirect${more}`;
const asks = review('the page that asks whether to sign out, or an error page; no redirect');
const signedOut = review('the page that says that you are signed out');

export const rpLogoutPlan = plan({
  name: 'oidcc-rp-initiated-logout-certification-test-plan',
  title: 'RP-Initiated Logout OP',
  variants: [{ settings, commands: [app()] }],
  notes: ['People are always asked before they are signed out: the browser of the suite presses the button.'],
  modules: {
    'oidcc-rp-initiated-logout-discovery-endpoint-verification': 'passed',
    'oidcc-rp-initiated-logout': 'passed',
    'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': asks,
    'oidcc-rp-initiated-logout-modified-id-token-hint': asks,
    'oidcc-rp-initiated-logout-no-id-token-hint': asks,
    'oidcc-rp-initiated-logout-no-params': signedOut,
    'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': signedOut,
    'oidcc-rp-initiated-logout-no-state': 'passed',
    'oidcc-rp-initiated-logout-only-state': signedOut,
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': asks,
    'oidcc-rp-initiated-logout-bad-id-token-hint': asks,
  },
});

export const backchannelLogoutPlan = plan({
  name: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
  title: 'Back-Channel OP',
  variants: [
    {
      settings,
      commands: [
        app(
          ' --backchannel-logout-uri CALLBACK-WITH-/backchannel_logout --backchannel-logout-session-required',
        ),
      ],
    },
  ],
  notes: [],
  modules: {
    'oidcc-backchannel-logout-discovery-endpoint-verification': 'passed',
    'oidcc-backchannel-rp-initiated-logout': 'passed',
  },
});

export const frontchannelLogoutPlan = plan({
  name: 'oidcc-frontchannel-rp-initiated-logout-certification-test-plan',
  title: 'Front-Channel OP',
  variants: [
    {
      settings,
      commands: [
        app(
          ' --frontchannel-logout-uri CALLBACK-WITH-/frontchannel_logout --frontchannel-logout-session-required',
        ),
      ],
    },
  ],
  notes: [],
  modules: {
    'oidcc-frontchannel-logout-discovery-endpoint-verification': 'passed',
    'oidcc-frontchannel-rp-initiated-logout': 'passed',
  },
});
