import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeCertificate } from '../../interop/edge/certificates.ts';
import { edgeProbes } from './edge-probes.ts';
import { parseArchitecture } from './model.ts';
import { offerTls } from './tls-versions.ts';
import { verifyArchitecture } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-edge-probes-'));
after(() => rmSync(folder, { recursive: true }));
const { authority, certificate, key } = makeCertificate(folder, ['login.example']);
const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
const text = readFileSync(new URL('../../docs/architecture/latchkey.calm.json', import.meta.url), 'utf8');

interface Edge {
  tls?: ServerOptions;
  hsts?: string[];
  /** Whether it looks where a change comes from. */
  guarded?: boolean;
  /** Whether it takes a stranger's word for its own name. */
  believes?: boolean;
}

const refusing: ServerOptions = { minVersion: 'TLSv1.2' };
const oldToo: ServerOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };

/** An edge of Node's own, and what is at it. */
async function openEdge({
  tls = refusing,
  hsts = ['max-age=63072000'],
  guarded = true,
  believes = false,
}: Edge) {
  let issuer = '';
  const server = createServer({ ...pair, ...tls }, (request, response) => {
    const foreign = guarded && request.method === 'POST' && request.headers.origin !== issuer;
    response.setHeader('Strict-Transport-Security', hsts);
    response
      .writeHead(foreign ? 403 : 200)
      .end(JSON.stringify({ issuer: believes ? `https://${request.headers['x-forwarded-host']}` : issuer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  issuer = `https://login.example:${port}`;
  return {
    context: { issuer, address: '127.0.0.1', authority },
    place: { address: '127.0.0.1', port, servername: 'login.example', authority },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the probes see at the edge, by requirement. */
async function look(edge: Edge, model = text) {
  await using opened = await openEdge(edge);
  const { rows } = await verifyArchitecture(parseArchitecture(model), edgeProbes, {
    context: opened.context,
    values: {},
  });
  const looked = rows.filter(({ relationship }) => relationship === 'web-client-uses-api-gateway');
  return Object.fromEntries(looked.map((row) => [row.control, row]));
}

describe('offering one version of TLS', () => {
  it('is accepted where the server speaks it, old ones too', async () => {
    await using edge = await openEdge({ tls: oldToo });
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)
      assert.deepEqual(await offerTls(edge.place, version), { accepted: true, seen: version });
  });

  it('is told from a refusal, a certificate that is not trusted, and nobody there', async () => {
    await using edge = await openEdge({});
    assert.deepEqual(await offerTls(edge.place, 'TLSv1.1'), {
      accepted: false,
      seen: 'alert protocol_version',
    });
    const { authority: _, ...stranger } = edge.place;
    assert.match((await offerTls(stranger, 'TLSv1.3')).seen, /UNABLE_TO_VERIFY|SELF_SIGNED/);
    assert.equal((await offerTls({ ...edge.place, port: 1 }, 'TLSv1.3')).seen, 'ECONNREFUSED');
  });
});

describe('an edge', () => {
  it('that is as the model says passes', async () => {
    const rows = await look({});
    for (const control of ['tls-minimum-version', 'strict-transport-security', 'foreign-origin-refused'])
      assert.equal(rows[control]?.state, 'passed', JSON.stringify(rows[control]));
    assert.equal(rows['forwarded-headers-replaced']?.state, 'passed');
  });

  const wrong: Record<string, [edge: Edge, control: string, seen: RegExp]> = {
    'that speaks TLS 1.0 differs': [{ tls: oldToo }, 'tls-minimum-version', /^TLSv1 accepted/],
    'that speaks TLS 1.3 alone differs from a model that says 1.2': [
      { tls: { minVersion: 'TLSv1.3' } },
      'tls-minimum-version',
      /TLSv1\.2 alert protocol_version, TLSv1\.3 accepted$/,
    ],
    'without HSTS differs': [{ hsts: [] }, 'strict-transport-security', /^none$/],
    'with HSTS of a day differs': [
      { hsts: ['max-age=86400'] },
      'strict-transport-security',
      /^max-age=86400$/,
    ],
    'that believes a forged host differs': [
      { believes: true },
      'forwarded-headers-replaced',
      /forged\.example/,
    ],
    'that takes a change from anywhere differs': [
      { guarded: false },
      'foreign-origin-refused',
      /^200 from https:\/\/foreign\.example/,
    ],
  };
  for (const [what, [edge, control, seen]] of Object.entries(wrong))
    it(what, async () => {
      const row = (await look(edge))[control];
      assert.equal(row?.state, 'differs');
      assert.match(row.seen, seen);
    });

  it('differs from a model that asks for more', async () => {
    const model = text.replace('"minimumVersion": "TLSv1.2"', '"minimumVersion": "TLSv1.3"');
    assert.equal((await look({}, model))['tls-minimum-version']?.state, 'differs');
  });
});
