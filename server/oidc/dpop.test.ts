import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import * as client from 'openid-client';
import { apiResource } from '../apps/api-scopes.ts';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { discover, setUp, signInTo } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { newProofKey, type ProofKey, proof, proofNonce } from '../testing/proof.ts';
import { createProofNonces } from './dpop.ts';

onEveryStorage('tokens that are bound to a key (DPoP)', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let key: ProofKey;
  let tokenUrl: string;
  let app: AppUnderTest;
  let robot: AppUnderTest;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    key = newProofKey();
    tokenUrl = `${installation.origin}/token`;
    app = await addApp(installation, { kind: 'web', security: { dpopBoundAccessTokens: true } });
    robot = await addApp(installation, {
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['people:read'],
      security: { dpopBoundAccessTokens: true },
    });
  });

  const nonce = () => proofNonce(installation.origin, key);
  const ask = async (given: string) =>
    robot.post(
      '/token',
      {
        grant_type: 'client_credentials',
        scope: 'people:read',
        resource: apiResource(installation.config.issuer),
      },
      { dpop: given },
    );

  async function apiToken(): Promise<string> {
    const { status, body } = await ask(await proof(key, { url: tokenUrl, nonce: await nonce() }));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.token_type, 'DPoP');
    return String(body.access_token);
  }

  const people = (headers: Record<string, string>) =>
    fetch(`${installation.origin}/api/v1/people`, { headers });
  const apiProof = async (accessToken: string, given: object = {}, wrong = {}) =>
    proof(
      key,
      {
        ...{ method: 'GET', url: `${installation.origin}/api/v1/people`, accessToken },
        nonce: await nonce(),
        ...given,
      },
      wrong,
    );

  it('openid-client gets and uses them: code, userinfo, refresh', async () => {
    const party = await discover(installation.origin, { ...app, secret: app.secret ?? '' });
    const binding = { DPoP: client.getDPoPHandle(party.config, await client.randomDPoPKeyPair()) };
    const tokens = await signInTo(ada, { ...party, binding }, { scope: 'openid profile' });
    assert.equal(tokens.token_type, 'dpop');
    const sub = tokens.claims()?.sub ?? '';
    const told = await client.fetchUserInfo(party.config, tokens.access_token, sub, binding);
    assert.equal(told.preferred_username, 'ada');
    const next = await client.refreshTokenGrant(party.config, tokens.refresh_token ?? '', {}, binding);
    assert.equal(next.token_type, 'dpop');
    const plain = await app.userInfo(next.access_token);
    assert.equal(plain.status, 401);
  });

  it('O9 gives none without a proof where an app must bring one', async () => {
    assertRefused(await app.redeem(await app.code(ada)), 'invalid_grant');
    const bare = await robot.post('/token', {
      grant_type: 'client_credentials',
      scope: 'people:read',
      resource: apiResource(installation.config.issuer),
    });
    assertRefused(bare, 'invalid_grant');
  });

  it('O9 refuses a proof without the nonce, and says which one it wants', async () => {
    const refused = await ask(await proof(key, { url: tokenUrl }));
    assertRefused(refused, 'use_dpop_nonce');
    const given = refused.headers.get('dpop-nonce') ?? '';
    assert.equal((await ask(await proof(key, { url: tokenUrl, nonce: given }))).status, 200);
  });

  it('O9 refuses a proof of something else: method, address, a private key, another algorithm or type, an old nonce', async () => {
    const fresh = await nonce();
    const about = { url: tokenUrl, nonce: fresh };
    const privateJwk = key.privateKey.export({ format: 'jwk' });
    const nonceSecret = () => installation.secret.proofNonceSecret;
    const old = createProofNonces(nonceSecret, () => Date.now() - 600_000).next();
    const wrong: [string, Promise<string>][] = [
      ['invalid_dpop_proof', proof(key, { ...about, method: 'GET' })],
      ['invalid_dpop_proof', proof(key, { ...about, url: `${installation.origin}/me` })],
      ['invalid_dpop_proof', proof(key, about, { header: { jwk: privateJwk as never } })],
      ['invalid_dpop_proof', proof(key, about, { header: { typ: 'JWT' } })],
      ['invalid_dpop_proof', proof({ ...key, jwk: newProofKey().jwk }, about)],
      ['invalid_dpop_proof', proof(key, about, { claims: { jti: undefined } })],
      ['use_dpop_nonce', proof(key, { ...about, nonce: old })],
      ['use_dpop_nonce', proof(key, { url: tokenUrl }, { claims: { iat: 1_700_000_000 } })],
    ];
    for (const [error, made] of wrong) assertRefused(await ask(await made), error);
  });

  it('O9 of eight that use one proof at once, one is taken', async () => {
    for (let round = 0; round < 25; round += 1) {
      const given = await proof(key, { url: tokenUrl, nonce: await nonce() });
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask(given)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      for (const { status, body } of answers)
        assert.ok(status === 200 || (status === 400 && body.error === 'invalid_grant'), JSON.stringify(body));
    }
  });

  it('our own API takes one with its proof, and never as a bearer token', async () => {
    const token = await apiToken();
    const taken = await people({ authorization: `DPoP ${token}`, dpop: await apiProof(token) });
    assert.equal(taken.status, 200, await taken.text());
    assert.ok(taken.headers.get('dpop-nonce'));
    assert.equal((await people({ authorization: `Bearer ${token}` })).status, 401);
    const both = await people({ authorization: `Bearer ${token}`, dpop: await apiProof(token) });
    assert.equal(both.status, 401);
  });

  it('O9 our own API refuses a proof that is used again, is for something else, or is of another key', async () => {
    const token = await apiToken();
    const refused = async (given: string, error: string) => {
      const answer = await people({ authorization: `DPoP ${token}`, dpop: given });
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate') ?? '', new RegExp(`^DPoP .*error="${error}"`));
    };
    const used = await apiProof(token);
    assert.equal((await people({ authorization: `DPoP ${token}`, dpop: used })).status, 200);
    await refused(used, 'invalid_dpop_proof');
    await refused('', 'invalid_dpop_proof');
    await refused(await apiProof('another token'), 'invalid_dpop_proof');
    await refused(await apiProof(token, { method: 'POST' }), 'invalid_dpop_proof');
    await refused(await apiProof(token, { url: tokenUrl }), 'invalid_dpop_proof');
    await refused(await apiProof(token, { nonce: undefined }), 'use_dpop_nonce');
    await refused(await apiProof(token, { nonce: 'guessed' }), 'use_dpop_nonce');
    const theirs = newProofKey();
    const stolen = await proof(theirs, {
      ...{ method: 'GET', url: `${installation.origin}/api/v1/people`, accessToken: token },
      nonce: await nonce(),
    });
    await refused(stolen, 'invalid_token');
  });

  it('O9 our own API takes one proof of eight, and none with a token that is bound to nothing', async () => {
    const token = await apiToken();
    for (let round = 0; round < 10; round += 1) {
      const headers = { authorization: `DPoP ${token}`, dpop: await apiProof(token) };
      const answers = await Promise.all(Array.from({ length: 8 }, () => people(headers)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    }
    const plain = await addApp(installation, {
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['people:read'],
    });
    const { body } = await plain.post('/token', {
      grant_type: 'client_credentials',
      scope: 'people:read',
      resource: apiResource(installation.config.issuer),
    });
    const bearer = String(body.access_token);
    const answer = await people({ authorization: `DPoP ${bearer}`, dpop: await apiProof(bearer) });
    assert.equal(answer.status, 401);
  });
});
