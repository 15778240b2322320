import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { before, it } from 'node:test';
import { compactDecrypt, decodeProtectedHeader, type JWK } from 'jose';
import type { AppSecurity } from '../apps/security.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = (key: KeyObject) => ({ ...(key.export({ format: 'jwk' }) as JWK), use: 'enc' });

onSqlite('answers that are signed and encrypted', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  const all: AppSecurity['encrypted'] = ['id_token', 'userinfo', 'introspection', 'authorization_response'];

  const add = (key: KeyObject, security: AppSecurity) =>
    addApp(installation, {
      ...{ kind: 'web', consent: 'implicit', jwks: { keys: [publicJwk(key)] } as never },
      ...{ idTokenSignedResponseAlg: 'PS256', security },
    });

  /** What was signed, out of what was encrypted. */
  async function opened(jwe: string, key: KeyObject): Promise<Record<string, unknown>> {
    assert.equal(decodeProtectedHeader(jwe).cty, 'JWT');
    const jws = new TextDecoder().decode((await compactDecrypt(jwe, key)).plaintext);
    assert.equal(decodeProtectedHeader(jws).alg, 'PS256');
    return payloadOf(jws);
  }

  async function introspected(app: AppUnderTest, token: string) {
    const { headers, body } = await app.post(
      '/token/introspection',
      { token },
      { accept: 'application/token-introspection+jwt' },
    );
    assert.match(headers.get('content-type') ?? '', /^application\/token-introspection\+jwt/);
    return String(body.text);
  }

  it('everything is encrypted for the app, with each kind of key', async () => {
    const kinds: [AppSecurity['encryptionAlg'], typeof rsa][] = [
      ['RSA-OAEP-256', rsa],
      ['ECDH-ES', ec],
      ['ECDH-ES+A256KW', ec],
    ];
    for (const [encryptionAlg, { publicKey, privateKey }] of kinds) {
      const app = await add(publicKey, {
        encrypted: all,
        encryptionAlg,
        encryptionEnc: 'A128CBC-HS256',
      } as AppSecurity);
      const { id_token, access_token } = await app.tokens(ada);
      assert.equal(decodeProtectedHeader(id_token).alg, encryptionAlg);
      const { sub, aud } = await opened(id_token, privateKey);
      assert.equal(aud, app.id);
      const userinfo = await opened(String((await app.userInfo(access_token)).body.text), privateKey);
      assert.equal(userinfo.sub, sub);
      const { token_introspection: said } = await opened(await introspected(app, access_token), privateKey);
      assert.equal((said as { active: boolean }).active, true);
      const answer = await app.answerOf(ada, { response_mode: 'jwt' });
      const { code } = await opened(answer.get('response') ?? '', privateKey);
      assert.ok(code);
    }
  });

  it('userinfo and introspection are signed where an app wants that', async () => {
    const app = await addApp(installation, {
      ...{ kind: 'web', consent: 'implicit', security: { signedUserinfo: true } },
    });
    const { access_token } = await app.tokens(ada);
    const userinfo = await app.userInfo(access_token);
    assert.match(userinfo.headers.get('content-type') ?? '', /^application\/jwt/);
    assert.equal(payloadOf(String(userinfo.body.text)).aud, app.id);
    const said = payloadOf(await introspected(app, access_token));
    assert.deepEqual([said.iss, said.aud], [installation.config.issuer, app.id]);
    const plain = await app.post('/token/introspection', { token: access_token });
    assert.equal(plain.body.active, true);
  });

  it('an app that wants it encrypted gets no introspection that lies open', async () => {
    const app = await add(ec.publicKey, { encrypted: ['introspection'], encryptionAlg: 'ECDH-ES' });
    const { access_token } = await app.tokens(ada);
    const { status, body } = await app.post('/token/introspection', { token: access_token });
    assert.deepEqual([status, body.active], [400, undefined]);
  });
});
