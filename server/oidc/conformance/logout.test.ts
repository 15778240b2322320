import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { type AppUnderTest, addApp, payloadOf } from '../../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../../testing/browser.ts';
import { metadataOf, refusal, signIn, tryPlan } from '../../testing/conformance.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { setUp } from '../../testing/journeys.ts';
import {
  type LogoutReceiver,
  startLogoutReceiver,
  verifyLogoutToken,
} from '../../testing/logout-receiver.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { submitForm } from '../../testing/sign-out.ts';
import { backchannelLogoutPlan, frontchannelLogoutPlan, rpLogoutPlan } from './logout.ts';

const afterwards = 'https://notes.example.com/post_logout_redirect';

onSqlite('the OpenID conformance plans of logout', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let receiver: LogoutReceiver;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    receiver = await startLogoutReceiver();
    app = await addApp(installation, {
      ...{ kind: 'web', pkce: 'off', postLogoutRedirectUris: [afterwards] },
      ...{ backchannelLogoutUri: receiver.uri, backchannelLogoutSessionRequired: true },
    });
  });
  after(() => receiver[Symbol.asyncDispose]());

  /** A browser of its own for each module, in which somebody is signed in to the app. */
  async function signedIn() {
    const browser = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
    const { tokens } = await signIn(app, browser);
    return { browser, idToken: tokens.id_token };
  }

  type Parameters = (idToken: string) => Record<string, string>;

  async function endSession(parameters: Parameters) {
    const { browser, idToken } = await signedIn();
    const query = new URLSearchParams(parameters(idToken));
    return { browser, idToken, page: await browser.get(`/session/end?${query}`) };
  }

  /** The button is pressed, and nobody is signed in any more. */
  async function ends(parameters: Parameters): Promise<string> {
    const { browser, page } = await endSession(parameters);
    assert.equal(page.status, 200, page.text);
    const { location = '', text } = await submitForm(browser, page, { logout: 'yes' });
    assert.equal(await refusal(app, browser, { prompt: 'none' }), 'login_required');
    if (location.startsWith(afterwards)) return location;
    return (location ? await browser.follow(location) : { text }).text;
  }

  const comesBack = (state?: string) => async () => {
    const location = await ends((id_token_hint) => ({
      ...{ id_token_hint, post_logout_redirect_uri: afterwards },
      ...(state !== undefined && { state }),
    }));
    assert.equal(location, state === undefined ? afterwards : `${afterwards}?state=${state}`);
  };

  const staysHere = (parameters: Parameters) => async () => {
    assert.match(await ends(parameters), /You are signed out/);
  };

  /** Neither signs out nor leads away by itself. */
  const asksOrRefuses = (parameters: Parameters) => async () => {
    const { browser, page } = await endSession(parameters);
    assert.ok(page.status === 200 || page.status === 400, String(page.status));
    assert.equal(page.location, undefined);
    assert.ok(await signIn(app, browser, { prompt: 'none' }));
  };

  const withHint = (address: string) => (id_token_hint: string) => ({
    ...{ id_token_hint, post_logout_redirect_uri: address, state: 'a' },
  });

  tryPlan(rpLogoutPlan, {
    async 'oidcc-rp-initiated-logout-discovery-endpoint-verification'() {
      const { end_session_endpoint } = await metadataOf(installation.origin);
      assert.equal(end_session_endpoint, `${installation.origin}/session/end`);
    },
    'oidcc-rp-initiated-logout': comesBack('a-state'),
    'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': asksOrRefuses(
      withHint('https://notes.example.com/unregistered'),
    ),
    'oidcc-rp-initiated-logout-modified-id-token-hint': asksOrRefuses((idToken) => ({
      id_token_hint: unsigned(idToken),
      post_logout_redirect_uri: afterwards,
    })),
    'oidcc-rp-initiated-logout-no-id-token-hint': asksOrRefuses(() => ({
      post_logout_redirect_uri: afterwards,
    })),
    'oidcc-rp-initiated-logout-no-params': staysHere(() => ({})),
    'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': staysHere((id_token_hint) => ({
      ...{ id_token_hint, state: 'a' },
    })),
    'oidcc-rp-initiated-logout-no-state': comesBack(),
    'oidcc-rp-initiated-logout-only-state': staysHere(() => ({ state: 'a' })),
    'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': asksOrRefuses(
      withHint(`${afterwards}?foo=bar`),
    ),
    'oidcc-rp-initiated-logout-bad-id-token-hint': asksOrRefuses((idToken) => ({
      id_token_hint: idToken.replace(/[^.]+$/, Buffer.alloc(64, 1).toString('base64url')),
      post_logout_redirect_uri: afterwards,
    })),
  });

  tryPlan(backchannelLogoutPlan, {
    async 'oidcc-backchannel-logout-discovery-endpoint-verification'() {
      const metadata = await metadataOf(installation.origin);
      assert.equal(metadata.backchannel_logout_supported, true);
      assert.equal(metadata.backchannel_logout_session_supported, true);
      assert.ok(metadata.end_session_endpoint);
    },
    async 'oidcc-backchannel-rp-initiated-logout'() {
      receiver.tokens.length = 0;
      const { browser, idToken, page } = await endSession(withHint(afterwards));
      const { location = '' } = await submitForm(browser, page, { logout: 'yes' });
      assert.ok(location.startsWith(afterwards), location);
      const [token = ''] = await receiver.received(1);
      const told = await verifyLogoutToken(token, { origin: installation.origin, appId: app.id });
      assert.equal(told.sid, payloadOf(idToken).sid);
      assert.equal(await refusal(app, browser, { prompt: 'none' }), 'login_required');
    },
  });

  tryPlan(frontchannelLogoutPlan, {
    async 'oidcc-frontchannel-logout-discovery-endpoint-verification'() {
      const metadata = await metadataOf(installation.origin);
      assert.equal(metadata.frontchannel_logout_supported, true);
      assert.equal(metadata.frontchannel_logout_session_supported, true);
    },
    async 'oidcc-frontchannel-rp-initiated-logout'() {
      const framed = await addApp(installation, {
        ...{ kind: 'web', pkce: 'off', postLogoutRedirectUris: [afterwards] },
        ...{ frontchannelLogoutUri: 'https://notes.example.com/frontchannel_logout' },
        frontchannelLogoutSessionRequired: true,
      });
      const browser = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
      const { tokens, claims } = await signIn(framed, browser);
      const query = new URLSearchParams(withHint(afterwards)(tokens.id_token));
      const asked = await browser.get(`/session/end?${query}`);
      const { text } = await submitForm(browser, asked, { logout: 'yes' });
      const told = new URLSearchParams({ iss: installation.origin, sid: String(claims.sid) });
      const frame = `https://notes.example.com/frontchannel_logout?${told}`;
      assert.ok(text.includes(`src="${frame.replaceAll('&', '&amp;')}"`), text);
      assert.ok(text.includes(`href="${afterwards}?state=a"`), text);
      assert.equal(await refusal(framed, browser, { prompt: 'none' }), 'login_required');
    },
  });
});

/** The same claims, with the algorithm `none`. */
function unsigned(idToken: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${header}.${idToken.split('.')[1]}.`;
}
