import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { newApp } from './create-app.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { NewApp } from './validation.ts';

const { hash } = createSecret(generateRoot());
const made = (input: Partial<NewApp> = {}) =>
  newApp(
    { name: 'Wiki', kind: 'web', redirectUris: ['https://wiki.example.com/callback'], ...input },
    { hash, now: 0 },
  ).app;
const address = (redirectUri: string, input: Partial<NewApp> = {}) =>
  explainRefusal(made(input), { code: 'invalid_redirect_uri', reason: 'mismatch', redirectUri });

describe('a redirect address that was refused', () => {
  const cases: [name: string, used: string, sentence: RegExp, registered?: string][] = [
    ['a trailing slash', 'https://wiki.example.com/callback/', /differs by a trailing slash/],
    [
      'no trailing slash',
      'https://wiki.example.com/callback',
      /trailing slash/,
      'https://wiki.example.com/callback/',
    ],
    ['a port', 'https://wiki.example.com:8443/callback', /the port 8443, and no port where/],
    [
      'another port',
      'http://localhost:4001/cb',
      /the port 4001, and the port 4000/,
      'http://localhost:4000/cb',
    ],
    [
      'https instead of http',
      'https://localhost/cb',
      /begins with https:, and with http:/,
      'http://localhost/cb',
    ],
    ['capital letters', 'https://wiki.example.com/Callback', /capital letters/],
    ['a query', 'https://wiki.example.com/callback?a=1', /after the question mark/],
    ['a path', 'https://wiki.example.com/auth/callback', /the path \/auth\/callback, and \/callback/],
    ['more than one of them', 'https://wiki.example.com:8443/auth', /is not registered; the nearest is/],
  ];
  for (const [name, used, sentence, registered] of cases)
    it(`differs by ${name}, and can be added`, () => {
      const explained = address(used, registered ? { redirectUris: [registered] } : {});
      assert.match(explained.sentence, sentence);
      assert.deepEqual(explained.mend, { add: used });
    });

  it('is explained by the nearest of many', () => {
    const redirectUris = [
      'https://other.example/',
      'https://wiki.example.com/x',
      'https://wiki.example.com/callback',
    ];
    assert.match(address('https://wiki.example.com/callback/', { redirectUris }).sentence, /trailing slash/);
  });

  it('cannot be added where it could not be registered', () => {
    const { sentence, mend } = address('http://wiki.example.com/callback');
    assert.match(sentence, /begins with http:, and with https:.*cannot be added.*outside localhost/);
    assert.equal(mend, undefined);
    assert.equal(address('https://wiki.example.com/callback?#x').mend, undefined);
  });

  it('of another host is never offered: anybody can send such a request', () => {
    for (const used of ['https://evil.example/callback', 'https://wiki.example.com.evil.example/callback']) {
      const { sentence, mend } = address(used);
      assert.match(sentence, /another host.*only if that is yours/);
      assert.equal(mend, undefined);
    }
  });

  it('may be no address at all', () => {
    assert.match(address('callback').sentence, /is none/);
  });
});

describe('other refusals', () => {
  const cases: [code: string, reason: string, sentence: RegExp, input?: Partial<NewApp>][] = [
    ['invalid_scope', 'requested scope is not allowed: groups', /asked for groups, which it may not have/],
    ['invalid_scope', 'scope must name some of people:read', /without saying which scopes/],
    ['invalid_target', 'resource indicator is missing, or unknown', /may use none of its scopes/],
    [
      'invalid_target',
      'resource is not one that this app may use',
      /issuer followed by \/api\/v1/,
      { apiScopes: ['people:read'] },
    ],
    [
      'invalid_request',
      'Authorization Server policy requires PKCE to be used for this request',
      /had no PKCE/,
    ],
    ['invalid_request', 'not supported value of code_challenge_method', /method plain/],
    ['invalid_request', 'openid scope must be requested when using the nonce parameter', /scope openid/],
    ['invalid_request', "missing required parameter 'redirect_uri'", /had no redirect address/],
    ['invalid_request', 'post_logout_redirect_uri not registered', /after signing out/],
    ['invalid_request', 'requested grant type is not allowed for this client', /not for its kind \(web\)/],
    ['invalid_client', 'invalid secret provided', /wrong secret/],
    ['invalid_client', 'the secret provided has expired', /has expired/],
    [
      'invalid_client',
      'the provided authentication mechanism does not match the registered client authentication method',
      /another way than client_secret_basic/,
    ],
    ['invalid_client', 'client assertion tokens must only be used once', /one assertion twice/],
    ['invalid_client', 'already used', /one assertion twice/],
    ['invalid_client', 'signature verification failed', /key, or an algorithm/],
    ['invalid_client', 'aud also names somebody else', /aud must be the issuer/],
    ['invalid_client', 'exp is too far ahead', /clock of the app/],
    ['invalid_grant', 'PKCE verification failed', /code_verifier/],
    ['invalid_grant', 'authorization code redirect_uri mismatch', /another redirect address/],
    ['invalid_grant', 'refresh token already used', /twice/],
    ['invalid_grant', 'authorization code is expired', /too late/],
    ['invalid_grant', 'refresh token invalid (referenced account not found)', /disabled or gone/],
    ['invalid_grant', 'authorization code not found', /does not exist/],
    ['unsupported_response_type', 'unsupported response_type requested', /response type to code/],
  ];
  for (const [code, reason, sentence, input] of cases)
    it(`are said in words: ${reason}`, () => {
      const explained = explainRefusal(made(input), { code, reason });
      assert.match(explained.sentence, sentence);
      assert.equal(explained.mend, undefined);
    });

  it('are given as they are where nothing is known of them', () => {
    const { sentence } = explainRefusal(made(), { code: 'invalid_request', reason: 'something new' });
    assert.equal(sentence, 'The request was refused: something new.');
  });
});
