import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { AppError } from '../errors.ts';
import { createOutbound } from '../outbound/outbound.ts';
import { answering, type OutsideServer, startOutside } from '../testing/outside.ts';
import type { App } from './app.ts';
import { newApp } from './create-app.ts';
import { requireSectorDocument } from './sector-document.ts';

const host = 'sector.internal';
const redirectUris = ['https://a.example.com/cb', 'https://b.example.com/cb'];

describe('the document of a sector', () => {
  let outside: OutsideServer;
  before(async () => {
    outside = await startOutside([host]);
  });
  after(() => outside[Symbol.asyncDispose]());

  const app = (sectorIdentifierUri = outside.at(host)): App =>
    newApp(
      { name: 'Notes', kind: 'web', subjectType: 'pairwise', redirectUris, sectorIdentifierUri },
      { hash: (_, value) => value, now: 0 },
    ).app;
  const client = (allow = [host], addresses = ['127.0.0.1']) =>
    createOutbound({ allow, ca: [outside.authority], resolve: answering(addresses).resolve });
  const problem = async (asked: App, { ask } = client()): Promise<string> => {
    const error = await requireSectorDocument(ask, asked).then(
      () => assert.fail('it was taken'),
      (refused: AppError) => refused,
    );
    assert.deepEqual([error.code, error.field], ['field_invalid', 'sectorIdentifierUri']);
    return error.detail ?? '';
  };
  const says = (body: unknown) => {
    outside.answer = (response: ServerResponse) => void response.end(JSON.stringify(body));
  };

  it('lists every redirect address, and more of other apps', async () => {
    says([...redirectUris, 'https://c.example.com/cb']);
    await requireSectorDocument(client().ask, app());
  });

  it('O16 of a stranger is at no port and no query, where another may answer for the host', async () => {
    const asked: string[] = [];
    const ask = async (url: string) => {
      asked.push(url);
      const body = Buffer.from(JSON.stringify(redirectUris));
      return { status: 200, headers: { 'content-type': 'text/plain' }, body };
    };
    const outbound = { ask, examine: async () => undefined };
    const stranger = (uri: string): App => ({ ...app(uri), origin: 'document' });
    for (const uri of ['https://victim.example:8443/list', 'https://victim.example/echo?d=x'])
      assert.match(await problem(stranger(uri), outbound), /must have no port and no query/);
    assert.deepEqual(asked, []);
    const text = await problem(stranger('https://victim.example/list'), outbound);
    assert.match(text, /must be answered as application\/json/);
  });

  it('is refused with what is wrong with it', async () => {
    says(redirectUris.slice(1));
    assert.match(await problem(app()), /does not list https:\/\/a\.example\.com\/cb$/);
    for (const body of [{ redirectUris }, 'x', [1], redirectUris[0], null]) {
      says(body);
      assert.match(await problem(app()), /must lead to a JSON array of addresses/);
    }
    outside.answer = (response) => void response.end('[');
    assert.match(await problem(app()), /must lead to a JSON array/);
    outside.answer = (response) => void response.writeHead(404).end('[]');
    assert.match(await problem(app()), /answers with status 404/);
  });

  it('is asked for again where the question is another, and only then', async () => {
    says(redirectUris);
    const before = app();
    outside.asked.length = 0;
    await requireSectorDocument(client().ask, { ...before, name: 'Other' }, before);
    assert.deepEqual(outside.asked, []);
    const fewer = { ...before, redirectUris: redirectUris.slice(1) };
    await requireSectorDocument(client().ask, fewer, before);
    await requireSectorDocument(client().ask, before, {
      ...before,
      sectorIdentifierUri: `${outside.at(host)}x`,
    });
    assert.equal(outside.asked.length, 2);
  });

  it('O16 is asked for by the one way out: no redirect, nothing private, nothing long', async () => {
    outside.answer = (response) =>
      void response.writeHead(302, { location: outside.at(host, '/there') }).end();
    assert.match(await problem(app()), /answers with status 302/);
    outside.answer = (response) => void response.end(`["${'x'.repeat(70_000)}"]`);
    assert.match(await problem(app()), /cannot be read: its answer is longer than 64 kB/);
    outside.asked.length = 0;
    for (const literal of ['127.0.0.1', '0x7f.1', '169.254.169.254', '[::1]', '[::ffff:127.0.0.1]']) {
      // As an app that somebody entered under other rules.
      const asked = { ...app(), sectorIdentifierUri: `https://${literal}:${outside.port}/` };
      assert.match(await problem(asked, client([])), /cannot be read: it is at .*no public address/);
    }
    for (const address of ['10.0.0.1', '169.254.169.254', 'fe80::1'])
      assert.match(await problem(app(), client([], ['93.184.215.14', address])), /no public address/);
    for (const url of ['file:///etc/passwd', 'gopher://sector.internal/', 'http://sector.internal/'])
      assert.match(await problem({ ...app(), sectorIdentifierUri: url }), /must begin with https:/);
    assert.deepEqual(outside.asked, []);
  });

  it('O16 tells whoever registers by themselves nothing of what there is around this server', async () => {
    const registration = { tokenHash: 'h' };
    const registered: App = { ...app(`https://${host}/`), origin: 'dynamic', registration };
    assert.match(await problem(registered), /cannot be read$/);
    const within: App = {
      ...app(),
      origin: 'dynamic',
      registration: { tokenHash: 'h', outboundHosts: [host] },
    };
    says(redirectUris);
    await requireSectorDocument(client().ask, within);
  });
});
