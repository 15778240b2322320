/** An app that asks and is answered more carefully than it must is tried just so, or the page says what was not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, it } from 'node:test';
import { type JWK, SignJWT } from 'jose';
import { createTrialKeys } from '../../apps/trial-keys.ts';
import type { NewApp } from '../../apps/validation.ts';
import { createVault } from '../../oidc/vault.ts';
import { addApp } from '../../testing/app-under-test.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { allow, answerSignIn, setUp } from '../../testing/journeys.ts';
import { newKeyPair } from '../../testing/machine.ts';
import { onEveryStorage } from '../../testing/on-every-storage.ts';

const rsaKeys = () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { keys: [publicKey.export({ format: 'jwk' }) as JWK] } as NonNullable<NewApp['jwks']>;
};

onEveryStorage('trying a careful app', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start({
      LATCHKEY_MTLS_URL: 'http://mtls.localhost',
      LATCHKEY_TRUSTED_PROXIES: '10.0.0.1',
    });
    ada = await setUp(installation);
  });

  /** Through sign-in and consent, to what the page says was tried, and was not. */
  async function tryIt(id: string) {
    const signIn = await ada.follow(`/console/apps/${id}/try`);
    const { text } = await ada.follow(await allow(ada, await ada.follow(await answerSignIn(ada, signIn))));
    const [, parts = ''] = /aria-labelledby="parts">(.*?)<\/section>/s.exec(text) ?? [];
    const listed = (heading: string) => {
      const [, list = ''] = new RegExp(`<h3>${heading}</h3><ul>(.*?)</ul>`, 's').exec(parts) ?? [];
      return [...list.matchAll(/<li>(.*?)<\/li>/gs)].map(([, item]) => item);
    };
    return { text, tried: listed('As the app is set up'), untried: listed('Not tried') };
  }

  const add = (input: Partial<NewApp>) => addApp(installation, { kind: 'web', name: 'Bank', ...input });

  it('of FAPI 2.0 Message Signing: pushed, signed, bound and answered with a signed JWT', async () => {
    const { id } = await add({
      ...{ tokenEndpointAuthMethod: 'private_key_jwt', jwks: newKeyPair().jwks },
      security: { profile: 'fapi2-message-signing' },
    });
    const { text, tried, untried } = await tryIt(id);
    assert.match(text, /The sign-in works/);
    assert.deepEqual(tried, [
      'With PKCE (S256).',
      'The request was signed, by ES256 (JAR).',
      'The request was pushed (PAR).',
      'The answer was a JWT, signed by ES256 (JARM).',
      'The trial proved who it is with a key, by ES256 (private_key_jwt).',
      'The tokens are bound to a key, and userinfo was asked for with it (DPoP).',
    ]);
    assert.match(untried.join(), /^The keys of the app/);
  });

  it('O5 takes nothing of a stand-in that its app would not be taken of', async () => {
    const { id } = await add({
      ...{ tokenEndpointAuthMethod: 'private_key_jwt', jwks: newKeyPair().jwks },
      security: { profile: 'fapi2-security' },
    });
    const client_id = `latchkey-trial.${id}`;
    const redirect_uri = `${installation.origin}/console/trial`;
    const query = new URLSearchParams({
      ...{ client_id, redirect_uri, response_type: 'code', scope: 'openid' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
    });
    const told = new URL((await ada.get(`/auth?${query}`)).location ?? '').searchParams;
    assert.equal(told.get('error'), 'invalid_request');
    assert.match(told.get('error_description') ?? '', /Pushed Authorization Request/);
    const body = new URLSearchParams({
      client_id,
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri,
    });
    const redeemed = await fetch(`${installation.origin}/token`, { method: 'POST', body });
    assert.equal(((await redeemed.json()) as { error: string }).error, 'invalid_client');
  });

  it('with RSA alone: signed without being pushed, and everything encrypted', async () => {
    const { id } = await add({
      jwks: rsaKeys(),
      idTokenSignedResponseAlg: 'PS256',
      security: {
        ...{ requireSignedRequestObject: true, requestAlg: 'PS256', encryptionAlg: 'RSA-OAEP-256' },
        encrypted: ['id_token', 'userinfo', 'introspection', 'authorization_response'],
      },
    });
    const { text, tried, untried } = await tryIt(id);
    assert.match(text, /&quot;preferred_username&quot;: &quot;ada&quot;/);
    assert.deepEqual(tried, [
      'With PKCE (S256).',
      'The request was signed, by PS256 (JAR).',
      'The answer was a JWT, signed by PS256 (JARM).',
      'The answer was encrypted, by RSA-OAEP-256.',
      'The ID token was encrypted, by RSA-OAEP-256.',
      'Userinfo was a JWT, signed by PS256.',
      'Userinfo was encrypted, by RSA-OAEP-256.',
    ]);
    assert.match(untried.join(), /^The client secret.*The keys of the app.*Encrypted introspection/s);
  });

  it('with Ed25519, and by single switches', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] } as NonNullable<NewApp['jwks']>;
    const { id } = await add({
      ...{ jwks, tokenEndpointAuthMethod: 'private_key_jwt', pkce: 'optional' },
      security: { assertionAlg: 'EdDSA', signedUserinfo: true, requirePushedAuthorizationRequests: true },
    });
    const { tried, untried } = await tryIt(id);
    assert.deepEqual(tried.slice(1), [
      'The request was pushed (PAR).',
      'The trial proved who it is with a key, by EdDSA (private_key_jwt).',
      'Userinfo was a JWT, signed by ES256.',
    ]);
    assert.match(untried.join(), /Going without PKCE/);
  });

  it('with a certificate: says that this is not tried, and is bound to a key where FAPI 2.0 wants one of both', async () => {
    const certificate: Partial<NewApp> = {
      tokenEndpointAuthMethod: 'tls_client_auth',
      clientCertificate: { sanDns: 'bank.example.com' },
      certificateBoundAccessTokens: true,
    };
    const plain = await tryIt((await add(certificate)).id);
    assert.deepEqual(plain.tried, ['With PKCE (S256).']);
    const named = /^The certificate .*\(mTLS\).*,Tokens that are bound to the certificate of the app\.$/;
    assert.match(plain.untried.join(), named);
    const fapi = await tryIt((await add({ ...certificate, security: { profile: 'fapi2-security' } })).id);
    assert.match(fapi.tried.join(), /pushed.*with a key.*\(private_key_jwt\).*bound to a key/);
    assert.match(fapi.untried.join(), /\(mTLS\).*the certificate of the app/);
  });

  it('O11 takes no answer that the app would not take: open where it must be signed, or signed by somebody else', async () => {
    const { id } = await add({ security: { requireSignedResponses: true } });
    const { privateKey } = newKeyPair();
    const claims = { iss: installation.origin, aud: `latchkey-trial.${id}`, code: 'stolen' };
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('1m')
      .sign(privateKey);
    for (const answer of ['code=stolen', `response=${forged}`, 'response=no.jwt.at-all']) {
      await ada.get(`/console/apps/${id}/try`);
      const { text } = await ada.get(`/console/trial?${answer}`);
      assert.match(text, /<code>invalid_response<\/code>/, answer);
      assert.doesNotMatch(text, /JARM/);
    }
  });

  it('leaves nothing behind', async () => {
    const account = await installation.storage.accounts.findByUserNameKey('ada');
    const kept = await installation.storage.artifacts.listByAccount(account?.sub ?? '', 'Grant');
    assert.deepEqual(
      kept.filter(({ appId }) => appId?.startsWith('latchkey-trial.')),
      [],
    );
  });

  it('says what the app would have been told where its request is not taken', async () => {
    const { id } = await add({ security: { requirePushedAuthorizationRequests: true } });
    const app = await installation.storage.apps.findById(id);
    assert.ok(app);
    const acr = 'urn:nobody:knows';
    await installation.storage.apps.update({ ...app, defaultAcrValues: [acr] }, app.revision);
    const { status, text } = await ada.get(`/console/apps/${id}/try`);
    assert.deepEqual([status, /does not work yet/.test(text)], [200, true]);
  });

  it('has one set of keys, whichever instance makes them', async () => {
    const { storage, secret } = installation;
    const made = () =>
      createTrialKeys({ artifacts: storage.artifacts, vault: createVault(secret), now: Date.now });
    const sets = await Promise.all(Array.from({ length: 8 }, () => made().publicKeys()));
    for (const set of sets) assert.deepEqual(set, sets[0]);
    assert.deepEqual(sets[0]?.keys.map(({ kty }) => kty).toSorted(), ['EC', 'OKP', 'RSA']);
    assert.ok(sets[0]?.keys.every((key) => !('d' in key)));
  });
});
