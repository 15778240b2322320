import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { createAuthority, type TestCertificate } from '../../testing/certificates.ts';
import { openWire, trustDomain, type Wire } from '../../testing/remote-manager.ts';
import type { OpenPasskeyManager } from '../create-manager.ts';
import type { PasskeyManager } from '../manager.ts';

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });

/** Counts what reaches the manager. */
function spyManager(): OpenPasskeyManager & { calls: string[] } {
  const calls: string[] = [];
  const manager = {
    async listPasskeys() {
      calls.push('listPasskeys');
      return { passkeys: [] };
    },
  };
  return { calls, as: () => manager as unknown as PasskeyManager };
}

describe('who may speak to the passkey manager', () => {
  const manager = spyManager();
  let wire: Wire;
  before(async () => {
    wire = await openWire(manager);
  });
  after(() => wire[Symbol.asyncDispose]());

  const request = (nonce = crypto.randomUUID()) =>
    [
      'POST /v1/listPasskeys HTTP/1.1',
      'Host: localhost',
      `Latchkey-Request: ${nonce}`,
      `Latchkey-Time: ${Date.now()}`,
      'Content-Type: application/json',
      'Content-Length: 21',
      '',
      '{"userHandle":"abcd"',
    ].join('\r\n');

  /** Connects as told, sends a request, and returns everything that came back. */
  async function converse(options: ConnectionOptions): Promise<string> {
    const { port } = new URL(wire.url);
    const socket = connect({
      host: 'localhost',
      port: Number(port),
      ca: wire.authority.certificate,
      checkServerIdentity: () => undefined,
      minVersion: 'TLSv1.3',
      ...options,
    });
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => {});
    socket.write(`${request()}}`);
    await Promise.race([closed(socket), delay(500)]);
    socket.destroy();
    return received;
  }

  const asClient = ({ certificate, key }: TestCertificate) => ({ cert: certificate, key });
  const issue = (shape: Partial<Parameters<Wire['authority']['issue']>[0]> = {}) =>
    wire.authority.issue({ name: 'provider', ...shape });

  async function isRefused(options: ConnectionOptions, detail?: string): Promise<void> {
    const [calls, refusals] = [manager.calls.length, wire.refused.length];
    const received = await converse(options);
    assert.equal(received, '', 'no request is answered');
    assert.equal(manager.calls.length, calls, 'nothing reaches the manager');
    const refusal = wire.refused.slice(refusals).at(-1);
    assert.equal(refusal?.reason, 'certificate');
    if (detail) assert.equal(refusal?.detail, detail);
  }

  it('answers who has a certificate of a caller', async () => {
    assert.match(await converse(asClient(await issue())), /^HTTP\/1\.1 200 /);
    assert.deepEqual(manager.calls, ['listPasskeys']);
  });

  it('F13 refuses who has no certificate', () => isRefused({}));

  it('F13 refuses a certificate of another authority', async () => {
    const other = await createAuthority({ trustDomain });
    await isRefused(asClient(await other.issue({ name: 'provider' })));
  });

  it('F13 refuses a certificate that an authority signed for itself', async () => {
    const other = await createAuthority({ trustDomain });
    await isRefused(asClient(other));
  });

  it('F13 refuses another trust domain, another name, no name and two names', async () => {
    const wrong = {
      'spiffe://example.org/provider': 'san_foreign',
      'spiffe://example.com/passkeys': 'san_foreign',
      'spiffe://example.com/provider/': 'san_foreign',
      'https://example.com/provider': 'san_foreign',
    };
    for (const [uri, detail] of Object.entries(wrong))
      await isRefused(asClient(await issue({ uris: [uri] })), detail);
    await isRefused(asClient(await issue({ uris: [], dns: ['localhost'] })), 'san_missing');
    const two = ['spiffe://example.com/provider', 'spiffe://example.com/administration'];
    await isRefused(asClient(await issue({ uris: two })), 'san_many');
  });

  it('F13 refuses a caller with the certificate of the manager itself', async () => {
    await isRefused(asClient(await issue({ name: 'passkey-manager' })), 'san_foreign');
  });

  it('F12 refuses a certificate that has expired or is not valid yet', async () => {
    const [now, hour] = [Date.now(), 3_600_000];
    await isRefused(asClient(await issue({ notBefore: now - 2 * hour, notAfter: now - hour })));
    await isRefused(asClient(await issue({ notBefore: now + hour, notAfter: now + 2 * hour })));
  });

  it('F13 refuses the certificate of an authority, and one without digitalSignature', async () => {
    await isRefused(asClient(await issue({ ca: true })));
    await isRefused(asClient(await issue({ keyUsages: 4 })));
  });

  it('speaks TLS 1.3 and nothing below', async () => {
    await isRefused({ ...asClient(await issue()), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
  });

  it('does not speak without TLS', async () => {
    const { connect: connectPlainly } = await import('node:net');
    const socket = connectPlainly(Number(new URL(wire.url).port), 'localhost');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', () => {});
    socket.write(request());
    await Promise.race([closed(socket), delay(500)]);
    socket.destroy();
    assert.doesNotMatch(received, /HTTP/);
  });

  it('lets nobody come back by a session ticket', async () => {
    const { port } = new URL(wire.url);
    const options = {
      host: 'localhost',
      port: Number(port),
      ca: wire.authority.certificate,
      checkServerIdentity: () => undefined,
      ...asClient(await issue()),
    };
    const sessions: Buffer[] = [];
    const first: TLSSocket = connect(options);
    first.on('session', (session) => sessions.push(session));
    await once(first, 'secureConnect');
    first.write(`${request()}}`);
    await once(first, 'data');
    await delay(50);
    first.destroy();
    for (const session of sessions) {
      const again = connect({ ...options, session });
      await once(again, 'secureConnect');
      assert.equal(again.isSessionReused(), false);
      again.destroy();
    }
  });
});
