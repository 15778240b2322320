import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import * as client from 'openid-client';
import { type AppUnderTest, addApp, assertErrorPage, payloadOf } from '../testing/app-under-test.ts';
import { type Answer, createBrowser, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { answerSignIn, authorize, beginAuthorization, discover, setUp } from '../testing/journeys.ts';
import { assertion, newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('pushed authorization requests (RFC 9126)', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let pushing: AppUnderTest;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    app = await addApp(installation, { kind: 'web', consent: 'implicit' });
    pushing = await addApp(installation, {
      kind: 'web',
      consent: 'implicit',
      security: { requirePushedAuthorizationRequests: true },
    });
    await ada.follow('/account');
  });

  /** Of a request by hand. */
  const parametersOf = (by: AppUnderTest) => Object.fromEntries(new URL(by.authorizationUrl()).searchParams);

  async function push(by: AppUnderTest, more: Record<string, string | undefined> = {}) {
    const { status, body } = await by.post('/request', { ...parametersOf(by), ...more });
    return { status, body, uri: String(body.request_uri) };
  }

  const urlOf = (by: AppUnderTest, uri: string) =>
    `${installation.origin}/auth?${new URLSearchParams({ client_id: by.id, request_uri: uri })}`;

  it('openid-client pushes and signs in, where an app must and where it may', async () => {
    for (const each of [app, pushing]) {
      const party = await discover(installation.origin, { ...each, secret: each.secret ?? '' });
      const { checks, url } = await beginAuthorization(party);
      const parameters = Object.fromEntries(new URL(url).searchParams);
      const pushed = await client.buildAuthorizationUrlWithPAR(party.config, parameters);
      assert.deepEqual([...pushed.searchParams.keys()].toSorted(), ['client_id', 'request_uri']);
      const answer = await authorize(ada, pushed.href);
      assert.equal(answer.searchParams.get('iss'), installation.config.issuer);
      const tokens = await client.authorizationCodeGrant(party.config, answer, checks);
      assert.equal(tokens.claims()?.aud, each.id);
    }
  });

  it('refuses a request that was not pushed, of an app that must', async () => {
    const answer = await pushing.answerOf(ada);
    assert.deepEqual([answer.get('error'), answer.get('code')], ['invalid_request', null]);
  });

  it('wants to know which app it is, and looks at the request at once', async () => {
    const body = new URLSearchParams(parametersOf(app));
    const stranger = await fetch(`${installation.origin}/request`, { method: 'POST', body });
    assert.equal(stranger.status, 401);
    const wrong: [string, Record<string, string | undefined>][] = [
      ['invalid_request', { redirect_uri: 'https://evil.example.com/' }],
      ['invalid_request', { redirect_uri: undefined }],
      ['invalid_request', { code_challenge: undefined, code_challenge_method: undefined }],
      ['invalid_request', { code_challenge_method: 'plain' }],
      ['unsupported_response_type', { response_type: 'token' }],
      ['request_uri_not_supported', { request_uri: 'https://notes.example.com/request.jwt' }],
      ['invalid_request_object', { request: 'e30.e30.' }],
    ];
    for (const [error, more] of wrong) {
      const { status, body } = await push(app, more);
      assert.deepEqual([status, body.error], [400, error], JSON.stringify({ more, body }));
    }
  });

  it('O5 gives what was pushed to the app that pushed it, and nothing for one that is made up', async () => {
    const { uri } = await push(app);
    const other = await ada.follow(urlOf(pushing, uri));
    assertErrorPage(other);
    assertErrorPage(await ada.follow(urlOf(app, `${uri}x`)));
    assertErrorPage(await ada.follow(urlOf(app, 'https://notes.example.com/request.jwt')));
  });

  it('F18 O5 of eight that use one request at once, one is answered with a code', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { uri, body } = await push(app);
      assert.ok(Number(body.expires_in) <= 60);
      const answers = await Promise.all(Array.from({ length: 8 }, () => ada.get(urlOf(app, uri))));
      const codes = answers.filter(({ location }) => location?.includes('code='));
      assert.equal(codes.length, 1, answers.map(({ location, status }) => location ?? status).join('\n'));
    }
  });

  it('O5 of two people who begin to sign in with one request, one ends with a code', async () => {
    const { uri } = await push(app);
    const begun = await Promise.all([1, 2].map(async () => begin(urlOf(app, uri))));
    const answers: Answer[] = [];
    for (const { browser, page } of begun)
      answers.push(await browser.follow(await answerSignIn(browser, page)));
    const [first, second] = answers.map(({ location = '' }) => URL.parse(location)?.searchParams);
    assert.ok(first?.get('code'));
    assert.deepEqual([second?.get('code'), second?.get('error')], [null, 'invalid_request_uri']);
  });

  /** In another browser of the same person. */
  async function begin(url: string) {
    const own = { cookies: new Map(), seen: new Set<string>(), authenticator: ada.authenticator };
    const browser = createBrowser(installation.origin, { of: own });
    const page = await browser.follow(url);
    assert.equal(page.status, 200);
    return { browser, page };
  }

  it('F18 O8 of eight that push with one assertion at once, one is taken', async () => {
    const { privateKey, jwks } = newKeyPair();
    const signing = await addApp(installation, {
      ...{ kind: 'web', tokenEndpointAuthMethod: 'private_key_jwt', jwks },
    });
    const { issuer } = installation.config;
    for (let round = 0; round < 10; round += 1) {
      const form = {
        ...parametersOf(signing),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion({ id: signing.id, key: privateKey, issuer }),
      };
      const answers = await Promise.all(Array.from({ length: 8 }, () => signing.post('/request', form)));
      assert.equal(answers.filter(({ status }) => status === 201).length, 1);
      for (const { status } of answers) assert.ok(status === 201 || status === 401);
    }
  });

  it('O9 binds the code to the key that the request was pushed with', async () => {
    const party = await discover(installation.origin, { ...app, secret: app.secret ?? '' });
    const handle = async () => client.getDPoPHandle(party.config, await client.randomDPoPKeyPair());
    const DPoP = await handle();
    const { checks, url } = await beginAuthorization(party);
    const parameters = Object.fromEntries(new URL(url).searchParams);
    const asked = async () => {
      const pushed = await client.buildAuthorizationUrlWithPAR(party.config, parameters, { DPoP });
      return authorize(ada, pushed.href);
    };
    const redeem = async (binding: client.DPoPOptions) =>
      client.authorizationCodeGrant(party.config, await asked(), checks, undefined, binding);
    await assert.rejects(redeem({}), { error: 'invalid_grant' });
    await assert.rejects(redeem({ DPoP: await handle() }), { error: 'invalid_grant' });
    const tokens = await redeem({ DPoP });
    assert.equal(payloadOf(tokens.id_token ?? '').aud, app.id);
  });
});
