import assert from 'node:assert/strict';
import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { createApiTokenVerifier } from './api-token.ts';

const issuer = 'https://id.example.com';
const now = Date.UTC(2026, 0, 1);
const seconds = now / 1000;
const jwkOf = (key: KeyObject, kid: string, alg?: string) =>
  ({ ...key.export({ format: 'jwk' }), kid, use: 'sig', ...(alg && { alg }) }) as JWK;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const keys = { keys: [jwkOf(ec, 'ec', 'ES256'), jwkOf(rsa, 'rsa')] };
const verify = createApiTokenVerifier({ issuer, keys: () => keys, now: () => now });

const ofMachine = {
  iss: issuer,
  aud: `${issuer}/api/v1`,
  sub: 'backup',
  client_id: 'backup',
  scope: 'people:read unknown:read audit:read',
  jti: 'one',
  iat: seconds,
  exp: seconds + 600,
};
const ofPerson = {
  ...ofMachine,
  sub: 'a-person',
  client_id: 'console',
  grant_id: 'a-grant',
  sign_in_id: 'a-sign-in',
  auth_time: seconds - 60,
  acr: 'phr',
};

interface Signing {
  header?: JWTHeaderParameters;
  key?: KeyObject;
}

function sign(payload: JWTPayload, { header, key = ec }: Signing = {}): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', kid: 'ec', typ: 'at+jwt', ...header })
    .sign(key);
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = async (token: string | Promise<string>) =>
  assert.rejects(verify(await token), { name: 'AppError', code: 'token_invalid', status: 401 });

describe('a token for our API', () => {
  it('says which app asks, and what it may do', async () => {
    assert.deepEqual(await verify(await sign(ofMachine)), {
      clientId: 'backup',
      scopes: ['people:read', 'audit:read'],
      issuedAtSeconds: seconds,
    });
  });

  it('says whose it is, and what it stands on', async () => {
    assert.deepEqual((await verify(await sign(ofPerson))).person, {
      sub: 'a-person',
      grantId: 'a-grant',
      signInId: 'a-sign-in',
      signedInAt: (seconds - 60) * 1000,
      acr: 'phr',
    });
  });

  it('is of a person by its grant, not by a sub that an import could have chosen', async () => {
    assert.equal((await verify(await sign({ ...ofPerson, sub: 'console' }))).person?.sub, 'console');
    const { grant_id: _, ...withoutGrant } = ofPerson;
    await refused(sign(withoutGrant));
    const { auth_time: _a, ...withoutSignIn } = ofPerson;
    await refused(sign(withoutSignIn));
  });

  const wrong: [name: string, claims: JWTPayload][] = [
    ['for somebody else', { aud: 'https://elsewhere.example/api/v1' }],
    ['for an app, as an ID token is', { aud: 'console' }],
    ['for another part of us', { aud: `${issuer}/api/v2` }],
    ['for nobody', { aud: undefined as never }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
    ['that has ended', { exp: seconds - 6 }],
    ['that never ends', { exp: undefined as never }],
    ['that begins later', { nbf: seconds + 60 }],
    ['without an id', { jti: undefined as never }],
    ['without an app', { client_id: undefined }],
    ['with an app that is no name', { client_id: { $gt: '' } }],
    ['with a scope that is a list', { scope: ['people:read'] }],
  ];
  for (const [name, claims] of wrong)
    it(`O29 is refused ${name}`, () => refused(sign({ ...ofMachine, ...claims })));

  it('O29 is refused as an ID token, which has another type', async () => {
    await refused(sign(ofPerson, { header: { alg: 'ES256', kid: 'ec', typ: 'JWT' } }));
    await refused(sign(ofPerson, { header: { alg: 'ES256', kid: 'ec', typ: 'logout+jwt' } }));
  });

  it('O7 is refused without a signature, and with a public key as a secret', async () => {
    const header = { alg: 'none', typ: 'at+jwt' };
    await refused(`${encoded(header)}.${encoded(ofMachine)}.`);
    const pem = createPublicKey(ec).export({ type: 'spki', format: 'pem' });
    await refused(
      sign(ofMachine, { header: { alg: 'HS256', kid: 'ec' }, key: createSecretKey(Buffer.from(pem)) }),
    );
    const jwk = Buffer.from(JSON.stringify(createPublicKey(ec).export({ format: 'jwk' })));
    await refused(sign(ofMachine, { header: { alg: 'HS256', kid: 'ec' }, key: createSecretKey(jwk) }));
  });

  it('O7 is refused with another key, another of our algorithms, or a key that it brings along', async () => {
    await refused(sign(ofMachine, { key: other }));
    await refused(sign(ofMachine, { header: { alg: 'RS256', kid: 'rsa' }, key: rsa }));
    await refused(sign(ofMachine, { header: { alg: 'PS256', kid: 'rsa' }, key: rsa }));
    const own = createPublicKey(other).export({ format: 'jwk' });
    for (const header of [
      { jwk: own },
      { jku: 'https://elsewhere.example/jwks' },
      { x5u: 'https://elsewhere.example/' },
    ])
      await refused(
        sign(ofMachine, { header: { alg: 'ES256', ...header } as JWTHeaderParameters, key: other }),
      );
  });

  it('O7 is refused with a kid that leads elsewhere, an unknown crit, or too much of anything', async () => {
    for (const kid of ['../../../etc/passwd', "' OR 1=1 --", '{"$ne":null}', 'x'.repeat(100_000)])
      await refused(sign(ofMachine, { header: { alg: 'ES256', kid } }));
    const signed = await sign(ofMachine);
    const [, payload, signature] = signed.split('.');
    const crit = { alg: 'ES256', kid: 'ec', typ: 'at+jwt', crit: ['exp'], exp: 1 };
    await refused(`${encoded(crit)}.${payload}.${signature}`);
    const changed = encoded({ ...ofMachine, scope: 'people:write' });
    await refused(`${signed.split('.')[0]}.${changed}.${signature}`);
    for (const text of ['', '.', '..', 'a.b.c', 'x'.repeat(100_000), `${signed}.more`, `\u0000${signed}`])
      await refused(text);
  });
});
