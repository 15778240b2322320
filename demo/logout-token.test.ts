import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createLogoutTokenCheck } from './logout-token.ts';

const issuer = 'http://localhost:3000';
const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('a logout token at the demo app', async () => {
  const provider = await generateKeyPair('ES256');
  const stranger = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(provider.publicKey)), alg: 'ES256' };
  const server = createServer((_, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  let check: ReturnType<typeof createLogoutTokenCheck>;
  let tokens = 0;

  before(async () => {
    await once(server.listen(0, 'localhost'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    check = createLogoutTokenCheck({ issuer, clientId: 'demo', keys: `http://localhost:${port}/jwks` });
  });
  after(() => server.close());

  function token(claims: JWTPayload = {}, { typ = 'logout+jwt', key = provider.privateKey, age = 0 } = {}) {
    tokens += 1;
    const at = Math.floor(Date.now() / 1000) - age;
    const usual = {
      iss: issuer,
      aud: 'demo',
      iat: at,
      exp: at + 120,
      jti: String(tokens),
      sub: 'ada',
      events,
    };
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', typ }).sign(key);
  }

  it('says whose session is over, or which', async () => {
    assert.deepEqual(await check(await token()), { sub: 'ada', sid: undefined });
    assert.deepEqual(await check(await token({ sid: 's' })), { sub: 'ada', sid: 's' });
  });

  it('O28 is good for once', async () => {
    const used = await token();
    await check(used);
    await assert.rejects(check(used), /used before/);
  });

  for (const [name, claims, header] of [
    ['is signed by somebody else', {}, { key: stranger.privateKey }],
    ['is an ID token', {}, { typ: 'JWT' }],
    ['is for another app', { aud: 'notes' }],
    ['is from another provider', { iss: 'https://evil.example' }],
    ['is old', {}, { age: 300 }],
    ['has a nonce', { nonce: 'n' }],
    ['has no event', { events: undefined }],
    ['has another event', { events: { 'https://example.com/event': {} } }],
    ['has no jti', { jti: undefined }],
    ['says nobody', { sub: undefined }],
  ] as const)
    it(`is refused where it ${name}`, async () => {
      await assert.rejects(check(await token(claims as JWTPayload, header)));
    });
});
