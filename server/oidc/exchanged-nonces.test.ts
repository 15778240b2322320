import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { apiResource } from '../apps/api-scopes.ts';
import { exchangeSecret } from '../secret/exchange.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { newProofKey, proof, proofNonce } from '../testing/proof.ts';
import { createProofNonces } from './dpop.ts';

onEveryStorage('nonces for proofs, while the installation secret is exchanged', (start) => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-nonces-'));
  const file = join(folder, 'secret');
  const [root, next] = [generateRoot(), generateRoot()];
  const key = newProofKey();
  let installation: TestInstallation;
  let robot: AppUnderTest;

  before(async () => {
    writeFileSync(file, `${root}\n`, { mode: 0o600 });
    installation = await start({ LATCHKEY_SECRET: '', LATCHKEY_SECRET_FILE: file });
    const apiScopes = ['people:read' as const];
    const security = { dpopBoundAccessTokens: true };
    robot = await addApp(installation, { kind: 'machine', redirectUris: [], apiScopes, security });
  });
  after(() => rmSync(folder, { recursive: true }));

  const noncesOf = (secret: string) =>
    createProofNonces(() => createSecret(secret).proofNonceSecret, Date.now);
  const isOf = async (secret: string) => noncesOf(secret).isKnown(await proofNonce(installation.origin, key));
  async function ask(nonce: string) {
    const dpop = await proof(key, { url: `${installation.origin}/token`, nonce });
    const resource = apiResource(installation.config.issuer);
    const fields = { grant_type: 'client_credentials', scope: 'people:read', resource };
    return robot.post('/token', fields, { dpop });
  }
  async function people(accessToken: string, nonce: string): Promise<Response> {
    const url = `${installation.origin}/api/v1/people`;
    const dpop = await proof(key, { method: 'GET', url, accessToken, nonce });
    return fetch(url, { headers: { authorization: `DPoP ${accessToken}`, dpop } });
  }

  it('F23 O9 go over to the new one without a restart, here as at our API, and nothing is taken of the one before', async () => {
    assert.ok(await isOf(root));
    const token = String((await ask(noncesOf(root).next())).body.access_token);
    assert.equal((await people(token, noncesOf(root).next())).status, 200);

    writeFileSync(file, `${next}\n${root}\n`, { mode: 0o600 });
    const { secret, storage } = installation;
    secret.reread();
    const successor = secret.get(createSecret(next).keyId) ?? assert.fail();
    await exchangeSecret({ repository: storage.installation, secret, now: Date.now }, successor);
    await within2Seconds(() => isOf(next));

    const refused = await ask(noncesOf(root).next());
    assertRefused(refused, 'use_dpop_nonce');
    const given = refused.headers.get('dpop-nonce') ?? '';
    assert.ok(noncesOf(next).isKnown(given));
    assert.equal((await ask(given)).status, 200);
    const old = await people(token, noncesOf(root).next());
    assert.equal(old.status, 401);
    assert.match(old.headers.get('www-authenticate') ?? '', /error="use_dpop_nonce"/);
    assert.ok(noncesOf(next).isKnown(old.headers.get('dpop-nonce') ?? ''), 'one kind at one origin');
    assert.equal((await people(token, given)).status, 200);
  });
});
