import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { NewApp } from '../apps/validation.ts';
import { X509CertificateGenerator } from '../service-identity/x509.ts';
import { type AppUnderTest, addApp, assertRefused, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { createAuthority, type Shape, type TestAuthority } from '../testing/certificates.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { authorize, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { thumbprint } from './mtls.ts';

const host = 'mtls.localhost:8443';
const origin = `http://${host}`;
const domain = { trustDomain: 'example.com' };

/** What a gateway says that it saw, at the name where it asks for certificates. */
const shown = (certificate: X509Certificate, more: Record<string, string> = {}) => ({
  'x-forwarded-host': host,
  'client-cert': `:${certificate.raw.toString('base64')}:`,
  ...more,
});

async function selfSigned(): Promise<X509Certificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = 'CN=self';
  const made = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: algorithm });
  return new X509Certificate(Buffer.from(made.rawData));
}

const keysWith = (certificate: X509Certificate) =>
  ({
    keys: [{ ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] }],
  }) as NonNullable<NewApp['jwks']>;

const machine = {
  kind: 'machine',
  redirectUris: [],
  apiScopes: ['people:read'],
} satisfies Partial<NewApp>;

onSqlite('certificates of apps (RFC 8705)', (start) => {
  let installation: TestInstallation;
  let authority: TestAuthority;
  let folder: string;
  let ada: TestBrowser;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-mtls-'));
    authority = await createAuthority(domain);
    const file = join(folder, 'authorities.pem');
    writeFileSync(file, authority.certificate);
    installation = await start({
      LATCHKEY_MTLS_URL: origin,
      LATCHKEY_CLIENT_CA_FILE: file,
      LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
    });
    ada = await setUp(installation);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const certificate = async (shape: Partial<Shape> = {}, issuer = authority) =>
    new X509Certificate((await issuer.issue({ name: 'monitor', ...shape })).certificate);
  const add = (input: Partial<NewApp>) => addApp(installation, { ...machine, ...input });
  const ask = ({ id, post }: AppUnderTest, headers: Record<string, string> = {}) =>
    post(
      '/token',
      {
        grant_type: 'client_credentials',
        client_id: id,
        scope: 'people:read',
        resource: `${installation.origin}/api/v1`,
      },
      headers,
    );
  const byDn = () =>
    add({ tokenEndpointAuthMethod: 'tls_client_auth', clientCertificate: { subjectDn: 'CN=monitor' } });
  const people = (token: unknown, headers: Record<string, string>) =>
    fetch(`${installation.origin}/api/v1/people`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });

  it('are announced, at a name of their own', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.equal(metadata.tls_client_certificate_bound_access_tokens, true);
    const aliases = metadata.mtls_endpoint_aliases as Record<string, string>;
    assert.equal(aliases.token_endpoint, `${origin}/token`);
    for (const name of ['pushed_authorization_request_endpoint', 'backchannel_authentication_endpoint'])
      assert.ok(aliases[name], name);
    for (const [name, alias] of Object.entries(aliases))
      assert.equal(new URL(alias).pathname, new URL(String(metadata[name])).pathname, name);
    for (const method of ['tls_client_auth', 'self_signed_tls_client_auth'])
      assert.ok((metadata.token_endpoint_auth_methods_supported as string[]).includes(method));
  });

  it('let an app in whose certificate has the registered name', async () => {
    const app = await byDn();
    const { status, body } = await ask(app, shown(await certificate()));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(payloadOf(String(body.access_token)).cnf, undefined, 'bound only where the app wants it');
  });

  const subjects: [field: NonNullable<NewApp['clientCertificate']>, shape: Partial<Shape>][] = [
    [{ sanUri: 'spiffe://example.com/monitor' }, {}],
    [{ sanDns: 'Jobs.example.com' }, { dns: ['other.example.com', 'jobs.example.com'] }],
  ];
  for (const [field, shape] of subjects)
    it(`let an app in by ${Object.keys(field)}, and by that alone`, async () => {
      const app = await add({ tokenEndpointAuthMethod: 'tls_client_auth', clientCertificate: field });
      assert.equal((await ask(app, shown(await certificate(shape)))).status, 200);
      const other = await certificate({ uris: ['spiffe://example.com/provider'], dns: ['evil.example.com'] });
      assertRefused(await ask(app, shown(other)), 'invalid_client');
    });

  it('O8 are refused of another name, of another authority, for servers alone, and out of their time', async () => {
    const app = await byDn();
    const stranger = await createAuthority(domain);
    const [past, later] = [Date.now() - 1000, Date.now() + 60_000];
    const wrong = [
      await certificate({ name: 'provider' }),
      await certificate({}, stranger),
      await certificate({}, await authority.subordinate()),
      await certificate({ extendedKeyUsages: ['1.3.6.1.5.5.7.3.1'] }),
      await certificate({ extendedKeyUsages: [] }),
      await certificate({ notBefore: past - 60_000, notAfter: past }),
      await certificate({ notBefore: later }),
      await certificate({ ca: true }),
      await selfSigned(),
    ];
    for (const each of wrong) assertRefused(await ask(app, shown(each)), 'invalid_client');
    assertRefused(await ask(app), 'invalid_client');
  });

  it('O17 are believed at their own name alone, and only as RFC 9440 writes them', async () => {
    const app = await byDn();
    const right = await certificate();
    const base64 = right.raw.toString('base64');
    assertRefused(await ask(app, { 'client-cert': `:${base64}:` }), 'invalid_client');
    for (const header of [
      base64,
      `:${base64}`,
      `:${base64}:;a=1`,
      `:${base64}:, :${base64}:`,
      '::',
      ':AAAA:',
    ])
      assertRefused(await ask(app, shown(right, { 'client-cert': header })), 'invalid_client');
    const pem = encodeURIComponent(right.toString());
    assertRefused(await ask(app, shown(right, { 'client-cert': pem })), 'invalid_client');
  });

  it('are asked for where no browser goes: pages are at the issuer alone', async () => {
    for (const path of [
      '/account',
      '/auth',
      '/.well-known/openid-configuration',
      '/session/end',
      '/console',
    ]) {
      const { status } = await fetch(`${installation.origin}${path}`, {
        redirect: 'manual',
        headers: { 'x-forwarded-host': host },
      });
      assert.equal(status, 421, path);
    }
  });

  it('let an app push its request, and ask for a person without a browser, where it shows one', async () => {
    const app = await addApp(installation, {
      ...{ kind: 'web', consent: 'implicit', tokenEndpointAuthMethod: 'tls_client_auth' },
      clientCertificate: { subjectDn: 'CN=monitor' },
      ...{ ciba: { deliveryMode: 'poll' }, security: { requirePushedAuthorizationRequests: true } },
    });
    const own = shown(await certificate());
    const asked = Object.fromEntries(new URL(app.authorizationUrl()).searchParams);
    const { status, body } = await app.post('/request', asked, own);
    assert.equal(status, 201, JSON.stringify(body));
    const query = new URLSearchParams({ client_id: app.id, request_uri: String(body.request_uri) });
    const { searchParams } = await authorize(ada, `${installation.origin}/auth?${query}`);
    const redeemed = { code_verifier: app.verifier, redirect_uri: app.redirectUri };
    const fields = { grant_type: 'authorization_code', code: searchParams.get('code') ?? '', ...redeemed };
    assert.equal((await app.post('/token', fields, own)).status, 200);
    const person = { scope: 'openid', login_hint: 'ada' };
    assert.equal((await app.post('/backchannel', person, own)).status, 200);
    const other = shown(await certificate({ name: 'provider' }));
    for (const headers of [{}, other, { 'client-cert': own['client-cert'] }]) {
      assertRefused(await app.post('/request', asked, headers), 'invalid_client');
      assertRefused(await app.post('/backchannel', person, headers), 'invalid_client');
    }
  });

  it('may be signed by the app itself, where it has registered that one', async () => {
    const [own, other] = [await selfSigned(), await selfSigned()];
    const app = await add({ tokenEndpointAuthMethod: 'self_signed_tls_client_auth', jwks: keysWith(own) });
    assert.equal((await ask(app, shown(own))).status, 200);
    assertRefused(await ask(app, shown(other)), 'invalid_client');
    assertRefused(await ask(app), 'invalid_client');
    const mixed = { keys: [{ ...keysWith(own).keys[0], x5c: keysWith(other).keys[0]?.x5c }] };
    await assert.rejects(
      add({ tokenEndpointAuthMethod: 'self_signed_tls_client_auth', jwks: mixed as never }),
      (error: unknown) => JSON.stringify(error).includes('jwks'),
    );
  });

  it('bind a token for our API, which is worth nothing with another one or without', async () => {
    const app = await add({
      tokenEndpointAuthMethod: 'tls_client_auth',
      clientCertificate: { subjectDn: 'CN=monitor' },
      certificateBoundAccessTokens: true,
    });
    const [own, other] = [await certificate(), await certificate()];
    const { body } = await ask(app, shown(own));
    const cnf = payloadOf(String(body.access_token)).cnf as Record<string, string>;
    assert.equal(cnf['x5t#S256'], thumbprint(own));
    assert.equal((await people(body.access_token, shown(own))).status, 200);
    assert.equal((await people(body.access_token, shown(other))).status, 401);
    assert.equal((await people(body.access_token, {})).status, 401);
    const { 'client-cert': header } = shown(own);
    assert.equal((await people(body.access_token, { 'client-cert': header })).status, 401, 'at the issuer');
  });

  it('bind tokens of people at userinfo, show it at introspection, and bind the refresh token of a public app', async () => {
    const app = await addApp(installation, {
      kind: 'native',
      redirectUris: ['com.example.app:/callback'],
      certificateBoundAccessTokens: true,
    });
    const [own, other] = [await certificate(), await certificate()];
    const redeemed = async (headers: Record<string, string>) =>
      app.post(
        '/token',
        {
          grant_type: 'authorization_code',
          code: await app.code(ada, { scope: 'openid offline_access', prompt: 'consent' }),
          redirect_uri: app.redirectUri,
          code_verifier: app.verifier,
        },
        headers,
      );
    assertRefused(await redeemed({}), 'invalid_grant');
    const { body } = await redeemed(shown(own));
    const token = String(body.access_token);
    const userInfo = async (headers: Record<string, string>) =>
      (
        await fetch(`${installation.origin}/me`, {
          headers: { authorization: `Bearer ${token}`, ...headers },
        })
      ).status;
    assert.deepEqual(
      [await userInfo(shown(own)), await userInfo(shown(other)), await userInfo({})],
      [200, 401, 401],
    );
    const seen = await app.post('/token/introspection', { token });
    assert.deepEqual(seen.body.cnf, { 'x5t#S256': thumbprint(own) });
    const refresh = (headers: Record<string, string>) =>
      app.post('/token', { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }, headers);
    assertRefused(await refresh(shown(other)), 'invalid_grant');
    assertRefused(await refresh({}), 'invalid_grant');
    assert.equal((await refresh(shown(own))).status, 200);
  });

  it('O17 are nothing that a stranger could say: without a gateway that is trusted there is none', async () => {
    const lonely = await start({ LATCHKEY_MTLS_URL: origin, LATCHKEY_TRUSTED_PROXIES: '192.0.2.1' });
    const own = await selfSigned();
    const app = await addApp(lonely, {
      ...machine,
      tokenEndpointAuthMethod: 'self_signed_tls_client_auth',
      jwks: keysWith(own),
    });
    const fields = { grant_type: 'client_credentials', client_id: app.id };
    const { 'client-cert': header } = shown(own);
    assertRefused(await app.post('/token', fields, { 'client-cert': header }), 'invalid_client');
    const metadata = (await (await fetch(`${lonely.origin}/.well-known/openid-configuration`)).json()) as {
      token_endpoint_auth_methods_supported: string[];
    };
    assert.ok(!metadata.token_endpoint_auth_methods_supported.includes('tls_client_auth'), 'nobody vouches');
  });

  it('are not done without where the installation takes none: such an app gets nothing', async () => {
    const plain = await start();
    const app = await addApp(plain, { ...machine, certificateBoundAccessTokens: true });
    const fields = { grant_type: 'client_credentials', scope: 'people:read' };
    assertRefused(await app.post('/token', fields), 'invalid_client');
  });
});
