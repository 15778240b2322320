import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { addApp } from '../testing/app-under-test.ts';
import { createAuthority } from '../testing/certificates.ts';
import { send } from '../testing/console.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

const form = {
  ...{ name: 'Billing', revision: '1', idTokenSignedResponseAlg: 'ES256' },
  ...{ jwks: '', jwksUri: '', profile: '', encryptionAlg: '', encryptionEnc: '' },
};
const machine = { kind: 'machine' as const, redirectUris: [] };
const subjectDn = 'CN=billing,O=Example,C=DE';
const mtls = {
  LATCHKEY_MTLS_URL: 'http://mtls.localhost:4444',
  LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
};

onSqlite('the certificate of an app at the console', (start) => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-certificate-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is entered where apps can show one: who vouches for it, and what it is known by', async () => {
    const file = join(folder, 'authorities.pem');
    writeFileSync(file, (await createAuthority({ trustDomain: 'example.com' })).certificate);
    const installation = await start({ ...mtls, LATCHKEY_CLIENT_CA_FILE: file });
    const ada = await setUp(installation);
    const { id } = await addApp(installation, machine);
    const show = () => installation.administration.apps.show({ id });
    const edit = `/console/apps/${id}/edit`;
    const said = { ...form, tokenEndpointAuthMethod: 'tls_client_auth', certificates: 'on' };
    const without = { ...said, certificateBy: 'sanDns', certificateIs: '' };
    const missing = await ada.submit(edit, without);
    assert.match(missing.text, /<details open><summary>Security/);
    assert.match(missing.text, /id="form-certificateIs-problem">[^<]*whose certificate/);
    const wrong = await ada.submit(edit, { ...without, certificateIs: '*.example.com' });
    assert.match(wrong.text, /id="form-certificateIs-problem">[^<]*without a wildcard/);
    assert.match(wrong.text, /<option value="sanDns" selected>/);
    const saved = await send(ada, edit, {
      ...{ ...said, certificateBy: 'subjectDn', certificateIs: subjectDn, certificateBound: 'on' },
    });
    assert.match(saved.text, /proves itself with a certificate.*CN=billing,O=Example,C=DE/s);
    assert.match(saved.text, /Its tokens are bound to a certificate/);
    assert.doesNotMatch(saved.text, /Make a new secret/);
    const app = await show();
    assert.deepEqual(
      [app.tokenEndpointAuthMethod, app.clientCertificate, app.certificateBoundAccessTokens],
      ['tls_client_auth', { subjectDn }, true],
    );
    const back = { ...said, revision: '2', tokenEndpointAuthMethod: 'client_secret_basic' };
    await send(ada, edit, { ...back, certificateBy: 'subjectDn', certificateIs: subjectDn });
    const after = await show();
    assert.deepEqual([after.clientCertificate, after.certificateBoundAccessTokens], [undefined, undefined]);
  });

  it('is one of its own where no authority is named, and the setting for others is', async () => {
    const installation = await start(mtls);
    const ada = await setUp(installation);
    const { id } = await addApp(installation, machine);
    const { text } = await ada.get(`/console/apps/${id}/edit`);
    assert.match(text, /value="self_signed_tls_client_auth"/);
    assert.doesNotMatch(text, /value="tls_client_auth"/);
    assert.match(text, /LATCHKEY_CLIENT_CA_FILE/);
  });

  it('is left as it is where this server has no name for certificates, and the setting is named', async () => {
    const installation = await start();
    const ada = await setUp(installation);
    const plain = await addApp(installation, machine);
    const { text } = await ada.get(`/console/apps/${plain.id}/edit`);
    assert.match(text, /where LATCHKEY_MTLS_URL is set/);
    assert.doesNotMatch(text, /tls_client_auth|certificateBy/);
    const { id } = await addApp(installation, {
      ...{ ...machine, tokenEndpointAuthMethod: 'tls_client_auth', certificateBoundAccessTokens: true },
      clientCertificate: { subjectDn },
    });
    const page = (await ada.get(`/console/apps/${id}/edit`)).text;
    assert.match(page, /<option value="tls_client_auth" selected>/);
    await send(ada, `/console/apps/${id}/edit`, {
      ...{ ...form, tokenEndpointAuthMethod: 'tls_client_auth', name: 'Other' },
      ...{ certificateBy: 'subjectDn', certificateIs: subjectDn },
      ...{ certificates: 'on', certificateBound: 'on' },
    });
    const app = await installation.administration.apps.show({ id });
    assert.deepEqual(
      [app.name, app.clientCertificate, app.certificateBoundAccessTokens],
      ['Other', { subjectDn }, true],
    );
  });
});
