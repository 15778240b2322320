/** What the FAPI 2.0 Message Signing plan asks beside the modules of the Security Profile, by the names of its modules. */
import assert from 'node:assert/strict';
import type { TestBrowser } from './browser.ts';
import type { FapiClient, Wrong } from './fapi-client.ts';
import { newKeyPair } from './machine.ts';

const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;

export function ofSigning(
  pair: () => [FapiClient, FapiClient],
  { ada, issuer }: { ada: () => TestBrowser; issuer: () => string },
) {
  const fails = (wrong: () => Exclude<Wrong['request'], undefined>) => async () => {
    const { status, body } = await pair()[0].push({}, { request: wrong() });
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(String(body.error), /^invalid_request(_object)?$/);
  };
  const withClaims = (claims: () => Record<string, unknown>) => fails(() => ({ claims: claims() }));
  const succeeds = (claims: () => Record<string, unknown>) => async () =>
    void (await pair()[0].code(ada(), {}, { request: { claims: claims() } }));
  return {
    'ensure-request-object-with-multiple-aud-succeeds': succeeds(() => ({
      aud: [issuer(), 'https://other1.example.com', 'invalid'],
    })),
    'ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted': succeeds(() => ({
      nbf: seconds(8),
    })),
    'ensure-request-object-without-exp-fails': withClaims(() => ({ exp: undefined })),
    'ensure-request-object-without-nbf-fails': withClaims(() => ({ nbf: undefined })),
    'ensure-expired-request-object-fails': withClaims(() => ({ exp: seconds(-300) })),
    'ensure-request-object-with-bad-aud-fails': withClaims(() => ({ aud: 'https://other1.example.com' })),
    'ensure-request-object-with-exp-over-60-fails': withClaims(() => ({ exp: seconds(70 * 60) })),
    'ensure-request-object-with-nbf-over-60-fails': withClaims(() => ({ nbf: seconds(-70 * 60) })),
    'ensure-signed-request-object-with-RS256-fails': fails(() => ({
      ...{ header: { alg: 'RS256' }, key: pair()[0].rsaKey },
    })),
    'ensure-request-object-signature-algorithm-is-not-none': fails(() => ({ header: { alg: 'none' } })),
    'ensure-request-object-with-invalid-signature-fails': fails(() => ({ key: newKeyPair().privateKey })),
    'ensure-matching-key-in-authorization-request': fails(() => ({ key: pair()[1].keys.privateKey })),
    'ensure-unsigned-request-at-par-endpoint-fails': fails(() => false),
    'par-authorization-request-containing-request_uri': withClaims(() => ({
      request_uri: 'urn:ietf:params:oauth:request_uri:x',
    })),
  };
}
