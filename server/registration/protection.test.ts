import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { SignJWT } from 'jose';
import { appUnderTest, assertRefused } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { createAuthority } from '../testing/certificates.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { assertion, newKeyPair } from '../testing/machine.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { newProofKey, proof, proofNonce } from '../testing/proof.ts';
import {
  askRegistration as ask,
  assertRefusedWith as refusedWith,
  type Told,
} from '../testing/registration.ts';

const redirectUri = 'https://agent.example.com/callback';
const web = { redirect_uris: [redirectUri] };
const { jwks } = newKeyPair();
const withKey = { ...web, token_endpoint_auth_method: 'private_key_jwt', jwks };

onSqlite('an app that registers and is more careful than it must', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  before(async () => {
    installation = await start({ LATCHKEY_REGISTRATION: 'token' });
    ada = await setUp(installation);
  });

  const register = async (body: object, at = installation) => {
    const { value: token } = await at.administration.registrationTokens.add({ name: 'Agents' });
    return ask(at, { token, body });
  };
  const appOf = ({ body }: Told) =>
    appUnderTest(installation.origin, {
      ...{ id: body.client_id, redirectUri },
      secret: body.client_secret as string | undefined,
    });
  const registered = async (body: object) => {
    const told = await register(body);
    assert.equal(told.status, 201, JSON.stringify(told.body));
    return { told: told.body, app: appOf(told) };
  };
  const stored = (id: string) => installation.storage.apps.findById(id);

  it('is what it says of itself, and is told so', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const said = {
      ...withKey,
      jwks: { keys: [...jwks.keys, { ...rsa, use: 'enc', alg: 'RSA-OAEP-256' }] },
      id_token_signed_response_alg: 'ES256',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      require_signed_request_object: true,
      request_object_signing_alg: 'ES256',
      token_endpoint_auth_signing_alg: 'ES256',
      userinfo_signed_response_alg: 'ES256',
      authorization_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_encrypted_response_alg: 'RSA-OAEP-256',
      userinfo_encrypted_response_enc: 'A256GCM',
      frontchannel_logout_uri: 'https://agent.example.com/out',
      frontchannel_logout_session_required: true,
      require_auth_time: true,
    };
    const { told } = await registered(said);
    for (const [name, value] of Object.entries(said)) assert.deepEqual(told[name], value, name);
    const app = await stored(told.client_id);
    assert.deepEqual(app?.security, {
      requirePushedAuthorizationRequests: true,
      dpopBoundAccessTokens: true,
      requireSignedRequestObject: true,
      requestAlg: 'ES256',
      assertionAlg: 'ES256',
      signedUserinfo: true,
      encrypted: ['id_token', 'userinfo'],
      encryptionAlg: 'RSA-OAEP-256',
      encryptionEnc: 'A256GCM',
    });
    assert.deepEqual(
      [app?.frontchannelLogoutUri, app?.frontchannelLogoutSessionRequired],
      ['https://agent.example.com/out', true],
    );
  });

  it('gets what it said: pushed requests, bound tokens, signed requests', async () => {
    const { app: pushes } = await registered({ ...web, require_pushed_authorization_requests: true });
    assert.equal((await pushes.answerOf(ada)).get('error'), 'invalid_request');
    const { app: bound } = await registered({ ...web, dpop_bound_access_tokens: true });
    const code = await bound.code(ada);
    assertRefused(await bound.redeem(code), 'invalid_grant');
    const key = newProofKey();
    const dpop = await proof(key, {
      ...{ url: `${installation.origin}/token`, nonce: await proofNonce(installation.origin, key) },
    });
    const fields = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const again = { ...fields, code: await bound.code(ada), code_verifier: bound.verifier };
    assert.equal((await bound.post('/token', again, { dpop })).body.token_type, 'DPoP');
    const { app: signs } = await registered({ ...web, jwks, require_signed_request_object: true });
    assert.equal((await signs.answerOf(ada)).get('error'), 'invalid_request');
  });

  it('O7 O8 signs by the algorithm that it named, and by no other', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { told, app } = await registered({
      ...withKey,
      jwks: { keys: [rsa.publicKey.export({ format: 'jwk' })] },
      token_endpoint_auth_signing_alg: 'PS256',
      request_object_signing_alg: 'PS256',
    });
    const { issuer } = installation.config;
    const push = async (assertionAlg: string, requestAlg: string) => {
      const parameters = Object.fromEntries(new URL(app.authorizationUrl()).searchParams);
      const claims = { ...parameters, iss: told.client_id, aud: issuer };
      const request = new SignJWT(claims).setProtectedHeader({ alg: requestAlg }).setIssuedAt();
      const { status, body } = await app.post('/request', {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(
          { id: told.client_id, key: rsa.privateKey, issuer },
          {},
          { alg: assertionAlg },
        ),
        request: await request.setExpirationTime('1 minute').sign(rsa.privateKey),
      });
      return status === 201 ? status : body.error;
    };
    assert.equal(await push('PS256', 'PS256'), 201);
    assert.equal(await push('RS256', 'PS256'), 'invalid_client');
    assert.equal(await push('PS256', 'RS256'), 'invalid_request_object');
  });

  it('is refused what contradicts itself or cannot be, in the words of client metadata', async () => {
    const cases: [name: RegExp, said: object][] = [
      [/^jwks must be given/, { require_signed_request_object: true }],
      [/^require_pushed_authorization_requests /, { require_pushed_authorization_requests: 'yes' }],
      [/^request_object_signing_alg must be one of/, { jwks, request_object_signing_alg: 'none' }],
      [/^jwks must hold a key for PS256/, { jwks, request_object_signing_alg: 'PS256' }],
      [/^token_endpoint_auth_signing_alg is for/, { jwks, token_endpoint_auth_signing_alg: 'ES256' }],
      [/^userinfo_signed_response_alg must be RS256/, { userinfo_signed_response_alg: 'ES256' }],
      [/^introspection_signed_response_alg must be/, { introspection_signed_response_alg: 'none' }],
      [/^jwks must hold a key of the kind RSA/, { jwks, id_token_encrypted_response_alg: 'RSA-OAEP-256' }],
      [/encrypted_response_alg must be one of/, { jwks, userinfo_encrypted_response_alg: 'RSA1_5' }],
      [/^id_token_encrypted_response_enc needs/, { id_token_encrypted_response_enc: 'A256GCM' }],
      [
        /^userinfo_encrypted_response_alg and _enc must be as/,
        {
          ...{ jwks, id_token_encrypted_response_alg: 'ECDH-ES', userinfo_encrypted_response_alg: 'ECDH-ES' },
          userinfo_encrypted_response_enc: 'A256GCM',
        },
      ],
      [
        /^frontchannel_logout_uri .*must have the scheme/,
        { frontchannel_logout_uri: 'https://evil.example/' },
      ],
      [/^token_endpoint_auth_method tls_client_auth/, { token_endpoint_auth_method: 'tls_client_auth' }],
      [/^tls_client_certificate_bound/, { tls_client_certificate_bound_access_tokens: true }],
      [/^request_object_encryption_alg is not/, { request_object_encryption_alg: 'RSA-OAEP-256' }],
    ];
    for (const [reason, said] of cases) {
      const told = await register({ ...web, ...said });
      refusedWith(told, 'invalid_client_metadata');
      assert.match(String(told.body.error_description), reason, JSON.stringify(said));
    }
  });

  it('may become more careful later, and not less: whoever has its token takes no protection away', async () => {
    const { told } = await registered({ ...withKey, dpop_bound_access_tokens: true });
    const { client_id: id, registration_access_token: token } = told;
    const { apps } = installation.administration;
    await apps.update({
      id,
      security: { dpopBoundAccessTokens: true, requirePushedAuthorizationRequests: true },
    });
    const body = { ...withKey, client_id: id, userinfo_signed_response_alg: 'RS256' };
    const changed = await ask(installation, { method: 'PUT', path: `/${id}`, token, body });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual((await stored(id))?.security, {
      ...{ dpopBoundAccessTokens: true, requirePushedAuthorizationRequests: true, signedUserinfo: true },
    });
    assert.equal(changed.body.require_pushed_authorization_requests, true);
    const front = { ...body, frontchannel_logout_uri: 'https://agent.example.com/out' };
    const next = { method: 'PUT', path: `/${id}`, token: changed.body.registration_access_token };
    const told2 = await ask(installation, { ...next, body: front });
    assert.equal(told2.body.frontchannel_logout_uri, 'https://agent.example.com/out');
    const last = { ...next, token: told2.body.registration_access_token, body };
    const told3 = await ask(installation, last);
    assert.equal(told3.body.frontchannel_logout_uri, undefined);
  });

  it('shows a certificate where there are any', async () => {
    const at = await start({
      ...{ LATCHKEY_REGISTRATION: 'token', LATCHKEY_MTLS_URL: 'http://mtls.localhost:8443' },
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    });
    const bound = { ...web, tls_client_certificate_bound_access_tokens: true };
    const { status, body } = await register(bound, at);
    assert.deepEqual([status, body.tls_client_certificate_bound_access_tokens], [201, true]);
    const byName = {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'a.example.com',
    };
    // Nobody vouches for certificates there.
    refusedWith(await register({ ...web, ...byName }, at), 'invalid_client_metadata');
  });

  it('is known by its certificate where somebody vouches for it', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'latchkey-protection-'));
    const authority = await createAuthority({ trustDomain: 'example.com' });
    const file = join(folder.path, 'authorities.pem');
    writeFileSync(file, authority.certificate);
    const at = await start({
      ...{ LATCHKEY_REGISTRATION: 'token', LATCHKEY_MTLS_URL: 'http://mtls.localhost:8443' },
      ...{ LATCHKEY_CLIENT_CA_FILE: file, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1' },
    });
    const said = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=monitor' };
    refusedWith(
      await register({ ...web, ...said, tls_client_auth_san_dns: 'a.example' }, at),
      'invalid_client_metadata',
    );
    const { status, body } = await register({ ...web, ...said }, at);
    assert.deepEqual(
      [status, body.tls_client_auth_subject_dn, body.client_secret],
      [201, 'CN=monitor', undefined],
    );
    const app = appUnderTest(at.origin, { id: body.client_id, redirectUri, secret: undefined });
    const push = async (name: 'monitor' | 'provider') => {
      const { raw } = new X509Certificate((await authority.issue({ name })).certificate);
      const fields = Object.fromEntries(new URL(app.authorizationUrl()).searchParams);
      const headers = {
        'x-forwarded-host': 'mtls.localhost:8443',
        'client-cert': `:${raw.toString('base64')}:`,
      };
      return (await app.post('/request', fields, headers)).status;
    };
    assert.deepEqual([await push('monitor'), await push('provider')], [201, 401]);
  });
});
