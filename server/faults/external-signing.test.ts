import assert from 'node:assert/strict';
import { generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { apiResource } from '../apps/api-scopes.ts';
import { createSigningService } from '../external-signing/service.ts';
import { openSigningKey, readSigningKeys } from '../oidc/keys.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';

type Alg = 'ES256' | 'RS256' | 'EdDSA';
interface Held {
  kid: string;
  alg: Alg;
  privateKey: KeyObject;
  jwk: Record<string, string>;
}

function hold(alg: Alg): Held {
  const { privateKey, publicKey } = {
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    EdDSA: () => generateKeyPairSync('ed25519'),
  }[alg]();
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  return { kid: hash('sha256', JSON.stringify(jwk), 'base64url'), alg, privateKey, jwk };
}

/** A KMS with keys in memory: `state` is what is wrong with it. */
async function startSigner(token: string) {
  const held = [hold('ES256'), hold('RS256'), hold('EdDSA')];
  const signer = { held, signed: 0, state: 'well' as 'well' | 'away' | 'wrong' };
  const store = {
    keys: async () => {
      if (signer.state === 'away') throw new Error('away');
      return held.map(({ kid, alg, jwk }) => ({ kid, alg, jwk }));
    },
    async sign({ kid, alg }: { kid: string; alg: string }, data: Buffer) {
      const key = held.find((each) => each.kid === kid);
      if (!key || signer.state === 'away') throw new Error('away');
      signer.signed += 1;
      const signed = signer.state === 'wrong' ? Buffer.concat([data, Buffer.from('.')]) : data;
      const padding = alg === 'PS256' ? { padding: 6, saltLength: 32 } : {};
      const dsaEncoding = 'ieee-p1363' as const;
      return sign(alg === 'EdDSA' ? null : 'sha256', signed, {
        key: key.privateKey,
        dsaEncoding,
        ...padding,
      });
    },
  };
  const server = createServer(createSigningService({ store, token, log: { error: () => {} } }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return Object.assign(signer, {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

describe('keys that a signer has', () => {
  const resources = new AsyncDisposableStack();
  const token = randomBytes(32).toString('base64url');
  let signer: Awaited<ReturnType<typeof startSigner>>;
  let installation: TestInstallation;
  let person: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    signer = resources.use(await startSigner(token));
    installation = resources.use(
      await startInstallation({ LATCHKEY_SIGNER_URL: signer.url, LATCHKEY_SIGNER_TOKEN: token }),
    );
    person = await setUp(installation);
    app = await addApp(installation);
  });
  after(() => resources.disposeAsync());

  const verified = async (jwt: string, alg?: string) =>
    jwtVerify(jwt, createRemoteJWKSet(new URL('/jwks', installation.origin)), {
      issuer: installation.origin,
      ...(alg && { algorithms: [alg] }),
    });

  it('sign every token, and no private key is in the storage', async () => {
    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA'] as const) {
      const { id_token } = await (await addApp(installation, { idTokenSignedResponseAlg: alg })).tokens(
        person,
      );
      const { protectedHeader } = await verified(id_token, alg);
      assert.ok(signer.held.some(({ kid }) => protectedHeader.kid?.startsWith(kid)));
      assert.equal((await installation.administration.sessions.trace({ value: id_token })).kind, 'ID token');
    }
    for (const key of await installation.storage.signingKeys.list())
      assert.deepEqual(
        Object.keys(openSigningKey(key, installation.secret)).filter((name) =>
          ['d', 'p', 'priv'].includes(name),
        ),
        [],
      );
    const robot = await addApp(installation, { kind: 'machine', redirectUris: [], apiScopes: ['keys:read'] });
    const resource = apiResource(installation.config.issuer);
    const fields = { grant_type: 'client_credentials', resource, scope: 'keys:read' };
    const { body } = await robot.post('/token', fields);
    const headers = { authorization: `Bearer ${body.access_token}` };
    assert.equal((await fetch(`${installation.origin}/api/v1/keys`, { headers })).status, 200);
  });

  it('that does not sign, or signs wrongly, is answered with 503; no token goes out, and none is used up before', async () => {
    const { refresh_token: refresh } = await app.tokens(person);
    await delay(1100);
    signer.state = 'away';
    for (const grant of [app.refresh(refresh), app.redeem('a code')]) {
      const { status, body, headers } = await grant;
      assert.deepEqual([status, body.error], [503, 'temporarily_unavailable']);
      assert.ok(headers.get('retry-after'));
    }
    assert.equal((await fetch(`${installation.origin}/jwks`)).status, 200);
    signer.state = 'well';
    const again = await app.refresh(refresh);
    assert.equal(again.status, 200, 'the same refresh token');
    signer.state = 'wrong';
    const { status, body } = await app.refresh(String(again.body.refresh_token));
    assert.deepEqual([status, body.id_token, body.access_token], [503, undefined, undefined]);
    signer.state = 'well';
  });

  it('refuses who does not show the token', async () => {
    for (const authorization of ['', 'Bearer', `Bearer ${token.slice(1)}`, `Bearer ${token}x`]) {
      assert.equal((await fetch(`${signer.url}/keys`, { headers: { authorization } })).status, 401);
      const sent = { method: 'POST', body: '{}', headers: { authorization } };
      assert.equal((await fetch(`${signer.url}/sign`, sent)).status, 401);
    }
    const body = JSON.stringify({ kid: '', alg: 'ES256', payload: '!' });
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${signer.url}/sign`, { method: 'POST', body, headers })).status, 400);
  });

  it('change over to one that the signer has anew, and go on to verify', async () => {
    const { id_token: before } = await app.tokens(person);
    const { rotate } = installation.administration.keys;
    await assert.rejects(rotate({ alg: 'ES256', urgent: true }), { code: 'next_key_unknown' });
    const anew = hold('ES256');
    signer.held.push(anew);
    const { signing } = await rotate({ alg: 'ES256', urgent: true });
    assert.deepEqual(
      signing.map(({ id }) => id),
      [anew.kid],
    );
    const begin = Date.now();
    for (let kid: unknown; kid !== anew.kid; await delay(50)) {
      assert.ok(Date.now() < begin + 10_000);
      const { id_token } = await app.tokens(person);
      kid = (await verified(id_token)).protectedHeader.kid;
    }
    await verified(before);
  });

  it('are not replaced where the signer is not named any more', async () => {
    const { storage, secret } = installation;
    const { signingKeys } = storage;
    await assert.rejects(
      readSigningKeys({ signingKeys, secret, algorithms: ['ES256'] }),
      /a signer has the signing key .*LATCHKEY_SIGNER_URL/,
    );
  });
});
