import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ApiFacts } from '../admin/apis.ts';
import { addApi } from '../testing/apis.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { createAuthority, type TestAuthority } from '../testing/certificates.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { newProofKey, type ProofKey, proof, proofNonce } from '../testing/proof.ts';
import { exchangeWith } from '../testing/token-exchange.ts';
import { thumbprint } from './mtls.ts';

const web = { kind: 'web' as const };
const host = 'mtls.localhost:8443';

/** What a gateway says that it saw, at the name where it asks for certificates. */
const shown = (certificate: X509Certificate) => ({
  'x-forwarded-host': host,
  'client-cert': `:${certificate.raw.toString('base64')}:`,
});

onEveryStorage('exchange of tokens that are bound', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let folder: string;
  let authority: TestAuthority;
  /** The person signs in to it; its key and its certificate are what its tokens are bound to. */
  let shop: AppUnderTest;
  let certified: AppUnderTest;
  /** Acts for both, and binds nothing of its own accord; the next two must bind what they get. */
  let gateway: AppUnderTest;
  let keyed: AppUnderTest;
  let certifiedGateway: AppUnderTest;
  let printer: AppUnderTest;
  let warehouse: AppUnderTest;
  let signed: ApiFacts;
  let opaque: ApiFacts;
  let key: ProofKey;
  let certificate: X509Certificate;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-bindings-'));
    authority = await createAuthority({ trustDomain: 'example.com' });
    const file = join(folder, 'authorities.pem');
    writeFileSync(file, authority.certificate);
    installation = await start({
      LATCHKEY_MTLS_URL: `http://${host}`,
      LATCHKEY_CLIENT_CA_FILE: file,
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    });
    ada = await setUp(installation);
    key = newProofKey();
    certificate = await newCertificate();
    shop = await addApp(installation, web);
    certified = await addApp(installation, { ...web, certificateBoundAccessTokens: true });
    const tokenExchange = { apps: [shop.id, certified.id] };
    gateway = await addApp(installation, { ...web, tokenExchange });
    keyed = await addApp(installation, { ...web, tokenExchange, security: { dpopBoundAccessTokens: true } });
    certifiedGateway = await addApp(installation, {
      ...{ ...web, tokenExchange, certificateBoundAccessTokens: true },
    });
    printer = await addApp(installation, {
      ...web,
      tokenExchange: { apps: [gateway.id, keyed.id, certifiedGateway.id] },
    });
    warehouse = await addApp(installation, web);
    const all = [shop, certified, gateway, keyed, certifiedGateway, printer];
    const apps = all.map(({ id }) => ({ id, people: ['read'] }));
    signed = await addApi(installation, { apps });
    opaque = await addApi(installation, { apps, tokenFormat: 'opaque', introspectedBy: [warehouse.id] });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const exchange = (app: AppUnderTest, token: string, headers: Record<string, string> = {}) =>
    exchangeWith(headers)(app, token);
  const newCertificate = async () =>
    new X509Certificate((await authority.issue({ name: 'monitor' })).certificate);
  const proven = async (by: ProofKey, url = `${installation.origin}/token`) => ({
    dpop: await proof(by, { url, nonce: await proofNonce(installation.origin, by) }),
  });
  async function redeemed(
    app: AppUnderTest,
    api: ApiFacts,
    headers: Record<string, string>,
  ): Promise<string> {
    const fields = {
      grant_type: 'authorization_code',
      code: await app.code(ada, { scope: 'openid read', resource: api.audience }),
      redirect_uri: app.redirectUri,
      code_verifier: app.verifier,
    };
    const { status, body } = await app.post('/token', fields, headers);
    assert.equal(status, 200, JSON.stringify(body));
    return String(body.access_token);
  }
  const bound = async (api: ApiFacts) => redeemed(shop, api, await proven(key));
  const certifiedToken = (api: ApiFacts) => redeemed(certified, api, shown(certificate));
  /** As the API learns it: from the JWT, or by asking. */
  async function binding(api: ApiFacts, token: unknown): Promise<unknown> {
    if (api === signed) return payloadOf(String(token)).cnf;
    const { body } = await warehouse.post('/token/introspection', { token: String(token) });
    assert.equal(body.active, true, JSON.stringify(body));
    return body.cnf;
  }
  const jktOf = async (token: string) => (payloadOf(token).cnf as Record<string, string>).jkt;
  const each = [
    ['a JWT', () => signed],
    ['an opaque one', () => opaque],
  ] as const;

  describe('to a key (RFC 9449)', () => {
    for (const [name, api] of each) {
      it(`O9 gives nothing for ${name} without a proof of that key, and none for another key’s`, async () => {
        const subject = await bound(api());
        assertRefused(await exchange(gateway, subject), 'invalid_request');
        const theirs = newProofKey();
        assertRefused(await exchange(gateway, subject, await proven(theirs)), 'invalid_request');
        assertRefused(await exchange(keyed, subject), 'invalid_request');
        assertRefused(await exchange(keyed, subject, await proven(theirs)), 'invalid_request');
      });

      it(`O9 binds what it gives for ${name} to the same key, and so everything that comes of that`, async () => {
        const subject = await bound(api());
        const expected = { jkt: await jktOf(await bound(signed)) };
        const first = await exchange(gateway, subject, await proven(key));
        assert.deepEqual([first.status, first.body.token_type], [200, 'DPoP'], JSON.stringify(first.body));
        assert.deepEqual(await binding(api(), first.body.access_token), expected);
        const token = String(first.body.access_token);
        assertRefused(await exchange(printer, token), 'invalid_request');
        assertRefused(await exchange(printer, token, await proven(newProofKey())), 'invalid_request');
        const second = await exchange(printer, token, await proven(key));
        assert.deepEqual(await binding(api(), second.body.access_token), expected);
      });
    }

    it('O9 takes no proof twice, for another address, or without a nonce of ours', async () => {
      const subject = await bound(signed);
      const once = await proven(key);
      assert.equal((await exchange(gateway, subject, once)).status, 200);
      assertRefused(await exchange(gateway, subject, once), 'invalid_request');
      const elsewhere = await proven(key, `${installation.origin}/me`);
      assertRefused(await exchange(gateway, subject, elsewhere), 'invalid_dpop_proof');
      const bare = { dpop: await proof(key, { url: `${installation.origin}/token` }) };
      const refused = await exchange(gateway, subject, bare);
      assertRefused(refused, 'use_dpop_nonce');
      assert.ok(refused.headers.get('dpop-nonce'));
    });

    it('O9 binds a token that was bound to nothing where the app that acts must have it so, or proves a key', async () => {
      const subject = await redeemed(shop, signed, {});
      assert.equal(payloadOf(subject).cnf, undefined);
      assertRefused(await exchange(keyed, subject), 'invalid_request');
      const own = newProofKey();
      for (const app of [keyed, gateway]) {
        const { body } = await exchange(app, subject, await proven(own));
        assert.equal(body.token_type, 'DPoP');
        assert.ok(await jktOf(String(body.access_token)));
        assertRefused(await exchange(printer, String(body.access_token)), 'invalid_request');
      }
    });

    it('O9 does not turn one binding into another: a certificate is no proof of the key', async () => {
      const subject = await bound(signed);
      assertRefused(await exchange(certifiedGateway, subject, shown(certificate)), 'invalid_request');
      const both = { ...shown(certificate), ...(await proven(key, `http://${host}/token`)) };
      assertRefused(await exchange(certifiedGateway, subject, both), 'invalid_request');
    });
  });

  describe('to a certificate (RFC 8705)', () => {
    for (const [name, api] of each)
      it(`O9 gives for ${name} only what is bound to the same one, to an app that shows it`, async () => {
        const subject = await certifiedToken(api());
        const other = await newCertificate();
        assertRefused(await exchange(certifiedGateway, subject), 'invalid_request');
        assertRefused(await exchange(certifiedGateway, subject, shown(other)), 'invalid_request');
        // It shows the certificate, and what it got would be bound to nothing.
        assertRefused(await exchange(gateway, subject, shown(certificate)), 'invalid_request');
        assertRefused(await exchange(gateway, subject), 'invalid_request');
        const { status, body } = await exchange(certifiedGateway, subject, shown(certificate));
        assert.equal(status, 200, JSON.stringify(body));
        const expected = { 'x5t#S256': thumbprint(certificate) };
        assert.deepEqual(await binding(api(), body.access_token), expected);
        const token = String(body.access_token);
        assertRefused(await exchange(printer, token), 'invalid_request');
        assertRefused(await exchange(printer, token, shown(certificate)), 'invalid_request');
      });

    it('O9 does not turn one binding into another: a key is no certificate', async () => {
      const subject = await certifiedToken(signed);
      assertRefused(await exchange(keyed, subject, await proven(key)), 'invalid_request');
      assertRefused(await exchange(gateway, subject, await proven(key)), 'invalid_request');
    });

    it('O9 takes no certificate that nobody who is trusted has seen', async () => {
      const subject = await certifiedToken(signed);
      const { 'client-cert': header } = shown(certificate);
      assertRefused(await exchange(certifiedGateway, subject, { 'client-cert': header }), 'invalid_request');
    });

    it('O9 binds a token that was bound to nothing where the app that acts must have it so', async () => {
      const subject = await redeemed(shop, signed, {});
      assertRefused(await exchange(certifiedGateway, subject), 'invalid_request');
      const { body } = await exchange(certifiedGateway, subject, shown(certificate));
      const expected = { 'x5t#S256': thumbprint(certificate) };
      assert.deepEqual(payloadOf(String(body.access_token)).cnf, expected);
    });
  });
});
