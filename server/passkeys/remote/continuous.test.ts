import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { request } from 'undici';
import { AppError } from '../../errors.ts';
import { readServiceCertificate } from '../../service-identity/certificate.ts';
import type { ServiceName } from '../../service-identity/spiffe-id.ts';
import { type OpenedManager, openManager, rejects } from '../../testing/authenticator-ceremonies.ts';
import { derOf, writeFolder } from '../../testing/certificates.ts';
import { openWire, trustDomain, type Wire } from '../../testing/remote-manager.ts';
import { openConnections } from './connections.ts';

const someone = { userHandle: 'A'.repeat(43) };

describe('what is checked at every request', () => {
  let opened: OpenedManager;
  let wire: Wire;
  beforeEach(async () => {
    opened = await openManager();
    wire = await openWire(opened.manager);
  });
  afterEach(async () => {
    await wire[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  /** Puts a new certificate, and a list of revoked ones, into the folder of a service. */
  async function replace(name: ServiceName, revoked: readonly string[] = []): Promise<void> {
    const certificate = await wire.authority.issue({ name });
    writeFolder(wire.directory, name, {
      ...certificate,
      authorities: wire.authority.certificate,
      crl: await wire.authority.crl(revoked),
    });
  }

  it('answers many requests over few connections', async () => {
    const client = wire.connect('provider');
    for (let n = 0; n < 50; n++) await client.manager.listPasskeys(someone);
    assert.ok(client.handshakes <= 2, String(client.handshakes));
    await Promise.all(Array.from({ length: 100 }, () => client.manager.listPasskeys(someone)));
    assert.ok(client.handshakes <= 16);
  });

  it('renews a connection that has become old', async () => {
    await using brief = await openWire(opened.manager, { connectionAge: 1000 });
    const client = brief.connect('provider');
    await client.manager.listPasskeys(someone);
    brief.clock.ahead += 1001;
    await client.manager.listPasskeys(someone);
    await client.manager.listPasskeys(someone);
    assert.equal(client.handshakes, 2);
  });

  it('F13 refuses the next request of a caller whose certificate was revoked meanwhile', async () => {
    const client = wire.connect('provider');
    await client.manager.listPasskeys(someone);
    await replace('passkey-manager', [client.credentials.current.own.serialNumber]);
    await wire.credentials.reload();
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
    const [onConnection, onReturn] = wire.refused;
    assert.deepEqual(onConnection, { reason: 'certificate', caller: 'provider', detail: 'revoked' });
    assert.deepEqual(onReturn, { reason: 'certificate', detail: 'revoked' });
  });

  it('F13 asks a manager no more whose certificate was revoked meanwhile', async () => {
    const client = wire.connect('provider');
    await client.manager.listPasskeys(someone);
    await replace('provider', [wire.credentials.current.own.serialNumber]);
    await client.credentials.reload();
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
  });

  it('F12 lets a connection end with the validity of the certificates it was made with', async () => {
    const client = wire.connect('provider');
    await client.manager.listPasskeys(someone);
    wire.clock.ahead = 2 * 60 * 60 * 1000;
    await rejects(client.manager.listPasskeys(someone), 'unavailable');
  });

  it('F14 fails no request while the certificates of both sides are replaced', async () => {
    const client = wire.connect('provider');
    const errors: unknown[] = [];
    let isOver = false;
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) await client.manager.listPasskeys(someone).catch((error) => errors.push(error));
    });
    const before = client.handshakes;
    for (let round = 0; round < 3; round++) {
      await Promise.all([replace('provider'), replace('passkey-manager')]);
      await wire.credentials.reload();
      await client.credentials.reload();
      await client.manager.listPasskeys(someone);
    }
    isOver = true;
    await Promise.all(load);
    assert.deepEqual(errors, []);
    assert.ok(client.handshakes > before, 'new connections stand on the new certificates');
  });

  it('refuses a request from another time', async () => {
    const client = wire.connect('provider');
    const other = openConnections({
      url: wire.url,
      credentials: client.credentials,
      trustDomain,
      now: Date.now,
    });
    for (const ahead of [-31_000, 31_000]) {
      const { statusCode } = await request(`${wire.url}/v1/listPasskeys`, {
        dispatcher: other.pool(),
        method: 'POST',
        headers: { 'latchkey-request': crypto.randomUUID(), 'latchkey-time': String(Date.now() + ahead) },
        body: JSON.stringify(someone),
      });
      assert.equal(statusCode, 403);
      assert.equal(wire.refused.at(-1)?.reason, 'stale');
    }
    await other[Symbol.asyncDispose]();
  });

  it('F17 refuses a request that it has seen, and one without nonce or time', async () => {
    const client = wire.connect('provider');
    await using other = openConnections({
      url: wire.url,
      credentials: client.credentials,
      trustDomain,
      now: Date.now,
    });
    const send = async (headers: Record<string, string>) => {
      const { statusCode, body } = await request(`${wire.url}/v1/listPasskeys`, {
        dispatcher: other.pool(),
        method: 'POST',
        headers,
        body: JSON.stringify(someone),
      });
      await body.dump();
      return statusCode;
    };
    const headers = { 'latchkey-request': crypto.randomUUID(), 'latchkey-time': String(Date.now()) };
    assert.equal(await send(headers), 200);
    assert.equal(await send(headers), 403);
    assert.equal(wire.refused.at(-1)?.reason, 'replayed');
    assert.equal(await send({ 'latchkey-time': String(Date.now()) }), 400);
    assert.equal(await send({ 'latchkey-request': crypto.randomUUID() }), 400);
    assert.equal(await send({ ...headers, 'latchkey-request': 'x'.repeat(65) }), 400);
  });

  it('remembers the nonces of each identity by themselves', async () => {
    const nonce = crypto.randomUUID();
    for (const name of ['provider', 'administration'] as const) {
      const { credentials } = wire.connect(name);
      await using other = openConnections({ url: wire.url, credentials, trustDomain, now: Date.now });
      const { statusCode, body } = await request(`${wire.url}/v1/listPasskeys`, {
        dispatcher: other.pool(),
        method: 'POST',
        headers: { 'latchkey-request': nonce, 'latchkey-time': String(Date.now()) },
        body: JSON.stringify(someone),
      });
      await body.dump();
      assert.equal(statusCode, 200, name);
    }
  });

  it('refuses what the identity may not call, and both sides know', async () => {
    const calls = {
      provider: ['issueTicket', 'confirmPasskey', 'setPasskeyStatus', 'removePasskeys'],
      enrolment: ['listPasskeys', 'beginAuthentication', 'finishRegistration', 'removePasskeys'],
      administration: ['finishAuthentication', 'renamePasskey', 'removePasskey'],
      metadata: ['listPasskeys', 'issueTicket'],
      monitor: ['listPasskeys', 'sweep'],
    } as const;
    for (const [caller, methods] of Object.entries(calls)) {
      const client = wire.connect(caller as ServiceName);
      for (const method of methods) {
        await rejects((client.manager[method] as (input: object) => Promise<unknown>)({}), 'forbidden');
        assert.deepEqual(wire.refused.at(-1), { reason: 'method', caller, method: `/v1/${method}` });
      }
      assert.deepEqual(client.refusedMethods, [...methods]);
    }
  });

  it('gives the enrolment identity tickets for a first passkey alone', async () => {
    const { manager } = wire.connect('enrolment');
    await manager.issueTicket({ purpose: 'first', minutes: 5 });
    for (const purpose of ['recovery', 'additional'] as const)
      await rejects(manager.issueTicket({ purpose, ...someone, minutes: 5 }), 'forbidden');
  });

  it('tells its health to the monitor alone', async () => {
    for (const [name, status] of [
      ['monitor', 200],
      ['provider', 403],
    ] as const) {
      const { credentials } = wire.connect(name);
      await using other = openConnections({ url: wire.url, credentials, trustDomain, now: Date.now });
      const { statusCode } = await request(`${wire.url}/health`, { dispatcher: other.pool() });
      assert.equal(statusCode, status);
    }
  });

  it('reads the name of a certificate from its bytes', async () => {
    const { certificate } = await wire.authority.issue({ name: 'provider' });
    assert.equal(readServiceCertificate(derOf(certificate), { trustDomain }).name, 'provider');
  });

  it('passes an error on by its code, and no more', async () => {
    const { manager } = wire.connect('provider');
    const proof = { proof: 'x'.repeat(43), browser: 'b' };
    const attempt = manager.renamePasskey({ ...someone, passkeyId: 'abcd', name: 'x', ...proof });
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual(
        [error.code, error.detail],
        ['confirmation_required', 'passkey manager: renamePasskey'],
      );
      return true;
    });
  });
});
