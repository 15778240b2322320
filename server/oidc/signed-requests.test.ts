import assert from 'node:assert/strict';
import { createHmac, type KeyObject } from 'node:crypto';
import { before, it } from 'node:test';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import * as client from 'openid-client';
import { type AppUnderTest, addApp, assertErrorPage, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { authorize, beginAuthorization, discover, setUp } from '../testing/journeys.ts';
import { newKeyPair } from '../testing/machine.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

const form = /<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/;

onSqlite('signed requests (JAR) and signed answers (JARM)', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let app: AppUnderTest;
  let signed: AppUnderTest;
  const { privateKey, jwks } = newKeyPair();

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    app = await addApp(installation, { kind: 'web', consent: 'implicit' });
    signed = await addApp(installation, {
      ...{ kind: 'web', consent: 'implicit', jwks },
      security: { requireSignedRequestObject: true, requireSignedResponses: true },
    });
  });

  const partyOf = (each: AppUnderTest) =>
    discover(installation.origin, { ...each, secret: each.secret ?? '' });
  const signingKey = () =>
    crypto.subtle.importKey(
      'jwk',
      privateKey.export({ format: 'jwk' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );

  interface Wrong {
    claims?: Record<string, unknown>;
    header?: JWTHeaderParameters;
    key?: KeyObject;
  }

  /** A request object as an app makes one (RFC 9101 §4), with whatever is wrong with it. */
  function requestObject({ claims, header = { alg: 'ES256' }, key = privateKey }: Wrong = {}) {
    const now = Math.floor(Date.now() / 1000);
    const said = {
      ...Object.fromEntries(new URL(signed.authorizationUrl()).searchParams),
      ...{ response_mode: 'jwt', iss: signed.id, aud: installation.config.issuer },
      ...{ iat: now, nbf: now, exp: now + 60 },
      ...claims,
    };
    const kept = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return new SignJWT(kept).setProtectedHeader(header).sign(key);
  }

  const ask = (request: string) =>
    ada.follow(
      `${installation.origin}/auth?${new URLSearchParams({ client_id: signed.id, request, response_type: 'code', scope: 'openid' })}`,
    );

  it('openid-client signs its request and reads a signed answer', async () => {
    const party = await partyOf(signed);
    client.useJwtResponseMode(party.config);
    const { checks, url } = await beginAuthorization(party, { response_mode: 'jwt' });
    const parameters = Object.fromEntries(new URL(url).searchParams);
    const asked = await client.buildAuthorizationUrlWithJAR(party.config, parameters, await signingKey());
    const answer = await authorize(ada, asked.href);
    assert.deepEqual([...answer.searchParams.keys()], ['response']);
    const said = payloadOf(answer.searchParams.get('response') ?? '');
    assert.deepEqual([said.iss, said.aud], [installation.config.issuer, signed.id]);
    const tokens = await client.authorizationCodeGrant(party.config, answer, checks);
    assert.equal(tokens.claims()?.aud, signed.id);
  });

  it('O7 takes no request but a signed one of this app, for us, and in its time', async () => {
    assert.equal((await ask(await requestObject())).status, 303);
    const now = Math.floor(Date.now() / 1000);
    const hmac = async () => {
      const [head, body] = (await requestObject({ header: { alg: 'ES256' } })).split('.');
      const header = Buffer.from(JSON.stringify({ alg: 'HS256' })).toString('base64url');
      const key = JSON.stringify(jwks.keys[0]);
      assert.ok(head);
      return `${header}.${body}.${createHmac('sha256', key).update(`${header}.${body}`).digest('base64url')}`;
    };
    const unsigned = async () =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await requestObject()).split('.')[1]}.`;
    const wrong: Record<string, Promise<string>> = {
      'another key': requestObject({ key: newKeyPair().privateKey }),
      'no signature': unsigned(),
      'the public key as a secret': hmac(),
      'another issuer': requestObject({ claims: { iss: app.id } }),
      'another client': requestObject({ claims: { client_id: app.id } }),
      'another audience': requestObject({ claims: { aud: 'https://elsewhere.example.com' } }),
      'no audience': requestObject({ claims: { aud: undefined } }),
      'run out': requestObject({ claims: { exp: now - 60 } }),
      'too long': requestObject({ claims: { exp: now + 7200 } }),
      'of the future': requestObject({ claims: { nbf: now + 300 } }),
      'a request in a request': requestObject({ claims: { request: 'x' } }),
      'a key in the header': requestObject({
        header: { alg: 'ES256', jwk: newKeyPair().jwks.keys[0] as never },
        key: newKeyPair().privateKey,
      }),
    };
    for (const [what, made] of Object.entries(wrong)) {
      const answer = await ask(await made);
      const told = answer.location ? new URL(answer.location).searchParams : undefined;
      assert.equal(told?.get('code') ?? null, null, what);
      const error = told?.get('response') ? payloadOf(told.get('response') ?? '').error : told?.get('error');
      assert.ok(answer.status === 400 || error === 'invalid_request_object', `${what}: ${error}`);
    }
  });

  it('O7 believes nothing that stands beside the signed request', async () => {
    const request = await requestObject();
    const beside = new URLSearchParams({
      ...{ client_id: signed.id, request, response_type: 'code', scope: 'openid profile' },
      ...{ state: 'of an attacker', redirect_uri: 'https://evil.example.com/' },
    });
    const { location = '' } = await ada.follow(`${installation.origin}/auth?${beside}`);
    assert.ok(location.startsWith(signed.redirectUri));
    const said = payloadOf(new URL(location).searchParams.get('response') ?? '');
    assert.equal(said.state, 'a state');
  });

  it('refuses a bare request, and a bare answer, of an app that signs', async () => {
    const bare = await ada.follow(signed.authorizationUrl({ response_mode: 'jwt' }));
    const told = payloadOf(new URL(bare.location ?? '').searchParams.get('response') ?? '');
    assert.equal(told.error, 'invalid_request');
    for (const response_mode of ['query', undefined, 'form_post', 'fragment']) {
      const answer = await ask(await requestObject({ claims: { response_mode } }));
      assert.doesNotMatch(`${answer.location}${answer.text}`, /code=|name="code"/);
    }
  });

  it('O4 O7 every response mode says who answers, signed with a key of ours', async () => {
    const modes = ['query', 'form_post', 'fragment', 'jwt', 'query.jwt', 'form_post.jwt', 'fragment.jwt'];
    for (const response_mode of modes) {
      const { location, text, status } = await ada.follow(app.authorizationUrl({ response_mode }));
      const said = location ? new URL(location.replace('#', '?')).searchParams : fieldsOf(text);
      assert.equal(status, location ? 303 : 200, response_mode);
      const response = said.get('response');
      const told = response ? payloadOf(response) : Object.fromEntries(said);
      assert.equal(told.iss, installation.config.issuer, response_mode);
      assert.ok(told.code, response_mode);
      assert.equal(Boolean(response), response_mode.includes('jwt'));
    }
  });

  function fieldsOf(page: string): URLSearchParams {
    const [, action, inputs = ''] = form.exec(page) ?? [];
    assert.equal(action, app.redirectUri);
    const found = [...inputs.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
    return new URLSearchParams(found.map(([, name = '', value = '']): [string, string] => [name, value]));
  }

  it('O15 form_post runs one script that its policy names, and escapes what the app sent', async () => {
    const state = '"><script>alert(1)</script>';
    const answer = await ada.follow(app.authorizationUrl({ response_mode: 'form_post', state }));
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self' 'sha256-[\w+/=]+'/);
    assert.doesNotMatch(policy, /unsafe-inline|form-action/);
    assert.doesNotMatch(answer.text, /<script>alert/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  it('refuses a response mode that there is not', async () => {
    for (const response_mode of ['web_message', 'none', 'query.jws'])
      assert.equal(
        new URL((await ada.follow(app.authorizationUrl({ response_mode }))).location ?? '').searchParams.get(
          'error',
        ),
        'unsupported_response_mode',
      );
    assertErrorPage(
      await ada.follow(
        app.authorizationUrl({ response_mode: 'form_post', redirect_uri: 'https://x.example' }),
      ),
    );
  });
});
