import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import * as client from 'openid-client';
import type { NewApp } from '../apps/validation.ts';
import { addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { addFapiParty, type FapiParty, fapiAnswer } from '../testing/fapi-party.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { assertion, newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('FAPI 2.0, one switch of an app', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let security: FapiParty;
  let signing: FapiParty;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    security = await addFapiParty(installation, 'fapi2-security');
    signing = await addFapiParty(installation, 'fapi2-message-signing');
  });

  it('Security Profile: openid-client pushes, signs in, gets bound tokens and refreshes without rotation', async () => {
    const { answer, checks } = await fapiAnswer(ada, security, { scope: 'openid profile' });
    assert.equal(answer.searchParams.get('iss'), installation.config.issuer);
    const { config, binding } = security;
    const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, binding);
    assert.equal(tokens.token_type, 'dpop');
    const refreshToken = tokens.refresh_token ?? '';
    const first = await client.refreshTokenGrant(config, refreshToken, {}, binding);
    assert.ok(first.refresh_token === undefined || first.refresh_token === refreshToken);
    const second = await client.refreshTokenGrant(config, refreshToken, {}, binding);
    const sub = tokens.claims()?.sub ?? '';
    const told = await client.fetchUserInfo(config, second.access_token, sub, binding);
    assert.equal(told.sub, sub);
  });

  it('Message Signing: requests are signed by the app, and answers by us', async () => {
    client.useJwtResponseMode(signing.config);
    const { answer, checks } = await fapiAnswer(ada, signing, { response_mode: 'jwt' });
    assert.deepEqual([...answer.searchParams.keys()], ['response']);
    const { config, binding } = signing;
    const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, binding);
    assert.equal(payloadOf(tokens.id_token ?? '').aud, signing.app.id);
    await assert.rejects(
      client.buildAuthorizationUrlWithPAR(
        config,
        new URL(signing.app.authorizationUrl()).searchParams,
        binding,
      ),
      { error: 'invalid_request' },
    );
  });

  it('O3 O9 refuses a request that was not pushed, one without PKCE, and a code without a proof', async () => {
    const bare = await security.app.answerOf(ada);
    assert.deepEqual([bare.get('error'), bare.get('code')], ['invalid_request', null]);
    const parameters = new URL(security.app.authorizationUrl()).searchParams;
    parameters.delete('code_challenge');
    parameters.delete('code_challenge_method');
    await assert.rejects(client.buildAuthorizationUrlWithPAR(security.config, parameters, security.binding), {
      error: 'invalid_request',
    });
    const { answer, checks } = await fapiAnswer(ada, security);
    await assert.rejects(client.authorizationCodeGrant(security.config, answer, checks), {
      error: 'invalid_grant',
    });
  });

  it('O7 O8 takes no assertion for more than the issuer, none by RS256, and no secret', async () => {
    const { privateKey, jwks } = newKeyPair();
    const party = await addFapiParty(installation, 'fapi2-security', { jwks });
    const { issuer } = installation.config;
    const push = async (wrong: Record<string, unknown>) => {
      const { status, body } = await party.app.post('/request', {
        ...Object.fromEntries(new URL(party.app.authorizationUrl()).searchParams),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion({ id: party.app.id, key: privateKey, issuer }, wrong),
      });
      return status === 201 ? status : body.error;
    };
    assert.equal(await push({}), 201);
    // §5.3.2.1: clocks of apps are ahead by up to 10 seconds, and not by more than 60.
    const soon = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    assert.equal(await push({ iat: soon(8), nbf: soon(8) }), 201);
    assert.equal(await push({ iat: soon(70), nbf: soon(70), exp: soon(120) }), 'invalid_client');
    assert.equal(await push({ aud: [issuer] }), 'invalid_client');
    assert.equal(await push({ aud: `${issuer}/token` }), 'invalid_client');
    assert.equal(await push({ aud: `${issuer}/request` }), 'invalid_client');
    const { status } = await party.app.post('/request', { client_id: party.app.id, client_secret: 'x' });
    assert.equal(status, 401);
  });

  it('a contradiction is refused when the app is saved, with its reason beside the field', async () => {
    const { jwks } = newKeyPair();
    const fapi = { profile: 'fapi2-security' as const };
    const sound: Partial<NewApp> = { kind: 'web', tokenEndpointAuthMethod: 'private_key_jwt', jwks };
    const wrong: [field: string, reason: RegExp, said: Partial<NewApp>][] = [
      ['security.profile', /no server/, { kind: 'browser', security: fapi }],
      ['tokenEndpointAuthMethod', /private_key_jwt/, { kind: 'web', security: fapi }],
      ['pkce', /PKCE/, { ...sound, pkce: 'optional', security: fapi }],
      ['idTokenSignedResponseAlg', /ES256/, { ...sound, idTokenSignedResponseAlg: 'RS256', security: fapi }],
      ['jwks', /signed requests/, { kind: 'web', security: { requireSignedRequestObject: true } }],
      ['security.encryptionAlg', /must be given/, { ...sound, security: { encrypted: ['userinfo'] } }],
      [
        'jwks',
        /kind RSA/,
        { ...sound, security: { encrypted: ['userinfo'], encryptionAlg: 'RSA-OAEP-256' } },
      ],
      ['security.encryptionEnc', /nothing is/, { ...sound, security: { encryptionEnc: 'A256GCM' } }],
      [
        'security.requirePushedAuthorizationRequests',
        /machine/,
        { kind: 'machine', redirectUris: [], security: { requirePushedAuthorizationRequests: true } },
      ],
    ];
    for (const [field, reason, said] of wrong)
      await assert.rejects(addApp(installation, said), (error: { problems: object[] }) => {
        const found = error.problems.find((problem) => (problem as { field: string }).field === field);
        assert.match((found as { message?: string } | undefined)?.message ?? '', reason, field);
        return true;
      });
  });

  it('takes a certificate as well as a key of the app', async () => {
    const app = await addApp(installation, {
      ...{ kind: 'web', tokenEndpointAuthMethod: 'tls_client_auth', security: { profile: 'fapi2-security' } },
      clientCertificate: { subjectDn: 'CN=fapi' },
    });
    assert.ok(app.id);
  });

  it('is kept as it was said, and taken back by null', async () => {
    const { id } = security.app;
    const { security: kept } = await installation.administration.apps.show({ id });
    assert.deepEqual(kept, { profile: 'fapi2-security' });
    const changed = await installation.administration.apps.update({ id, security: null });
    assert.equal(changed.security, undefined);
    await installation.administration.apps.update({ id, security: { profile: 'fapi2-security' } });
  });
});
