import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../errors.ts';
import {
  createAuthority,
  derOf,
  type Shape,
  type TestAuthority,
  writeFolder,
} from '../testing/certificates.ts';
import { CertificateError, type CertificateReason } from './certificate.ts';
import { type Credentials, judgePeer, openCredentials, requireStillValid } from './credentials.ts';
import { pemBlocks } from './pem.ts';
import { Extension, KeyUsageFlags } from './x509.ts';

const trustDomain = 'example.com';
const hour = 60 * 60 * 1000;
const empty = Buffer.from([0x30, 0x00]);
let authority: TestAuthority;
let other: TestAuthority;
let directory: string;
let now: number;
let lines: string[];
let opened: Credentials[];

const write = (level: string) => (facts: object, event: string) =>
  void lines.push(`${level} ${event} ${'err' in facts ? String(facts.err) : JSON.stringify(facts)}`);
const log = { info: write('info'), warn: write('warn'), error: write('error') };

function open(reloadSeconds?: number): Credentials {
  const given = reloadSeconds === undefined ? {} : { reloadSeconds };
  const made = openCredentials({ directory, name: 'provider', trustDomain, now: () => now, log, ...given });
  opened.push(made);
  return made;
}

type Files = Parameters<typeof writeFolder>[2];

async function put(shape: Partial<Shape> = {}, files: Partial<Files> = {}): Promise<void> {
  const issued = await authority.issue({ name: 'provider', ...shape });
  writeFolder(directory, 'provider', { ...issued, authorities: authority.certificate, ...files });
}

function refusedToOpen(message: RegExp): void {
  assert.throws(
    open,
    (error) => error instanceof ConfigError && message.test(error.message),
    String(message),
  );
}

const listDer = (pem: string) => pemBlocks(pem, 'X509 CRL')[0] ?? empty;

const isRefusal = (reason: CertificateReason) => (error: unknown) =>
  error instanceof CertificateError && error.reason === reason;

describe('the credentials of a service', () => {
  before(async () => {
    [authority, other] = await Promise.all([
      createAuthority({ trustDomain }),
      createAuthority({ trustDomain }),
    ]);
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-certificates-'));
    [now, lines, opened] = [Date.now(), [], []];
  });
  afterEach(() => {
    for (const one of opened) one[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  });

  it('are read from the folder of its name', async () => {
    await put({ serialNumber: '0a1b' });
    const { current } = open();
    assert.equal(current.own.serialNumber, 'a1b');
    assert.equal(current.authorities, authority.certificate);
    assert.equal(current.revocationValidUntil, undefined);
    assert.equal(current.isRevoked('a1b'), false);
    assert.deepEqual(lines, []);
  });

  it('name the file that is missing', async () => {
    refusedToOpen(/There is no .*provider\/tls\.crt\. `latchkey certs issue provider`/);
    await put();
    rmSync(join(directory, 'provider/ca.crt'));
    refusedToOpen(/There is no .*provider\/ca\.crt/);
  });

  it('name the file that is damaged', async () => {
    await put({}, { certificate: 'nothing' });
    refusedToOpen(/tls\.crt cannot be used: it does not hold certificates in PEM/);
    await put({}, { key: 'nothing' });
    refusedToOpen(/tls\.key cannot be used: it does not hold a private key/);
    await put({}, { authorities: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' });
    refusedToOpen(/ca\.crt cannot be used: it does not hold certificates in PEM/);
  });

  it('are refused where they do not belong together', async () => {
    await put({}, { key: (await authority.issue({ name: 'provider' })).key });
    refusedToOpen(/tls\.key cannot be used: it does not belong to tls\.crt/);
    await put({}, { authorities: other.certificate });
    refusedToOpen(/tls\.crt cannot be used: no authority in ca\.crt has signed it/);
    await put(
      {},
      { authorities: authority.certificate + (await authority.issue({ name: 'monitor' })).certificate },
    );
    refusedToOpen(/ca\.crt cannot be used: it holds a certificate that is no authority: CN=monitor/);
  });

  it('are refused where they are for another service or another time', async () => {
    await put({ uris: ['spiffe://example.com/monitor'] });
    refusedToOpen(/another service .*\(monitor\); it must be for spiffe:\/\/example\.com\/provider/);
    await put({ notBefore: now - 2 * hour, notAfter: now - hour });
    refusedToOpen(/tls\.crt cannot be used: .*has expired.*Issue it anew/);
    await put({ notBefore: now + hour, notAfter: now + 2 * hour });
    refusedToOpen(/not valid yet/);
    await put({ ca: true });
    refusedToOpen(/of an authority, not of a service/);
  });

  it('are refused for a trust domain that is none', () => {
    const wrong = { directory, name: 'provider', trustDomain: 'https://x', now: () => now, log } as const;
    assert.throws(() => openCredentials(wrong), /"https:\/\/x" is no trust domain/);
  });

  it('change when the files do, within the interval', async () => {
    await put({ serialNumber: '01' });
    const credentials = open(0.05);
    let changes = 0;
    credentials.onChange(() => {
      changes++;
      throw new Error('the listener is at fault');
    });
    await put({ serialNumber: '02' });
    for (let tries = 0; tries < 100 && changes === 0; tries++) await delay(20);
    assert.equal(credentials.current.own.serialNumber, '2');
    assert.equal(changes, 1);
    assert.ok(lines.some((line) => line.startsWith('info certificate files read')));
    assert.ok(lines.some((line) => line.includes('the listener is at fault')));
  });

  it('tell whether something changed, and keep what is in force while the files do not fit', async () => {
    await put({ serialNumber: '01' });
    const credentials = open();
    assert.equal(await credentials.reload(), false);
    const next = await authority.issue({ name: 'provider', serialNumber: '02' });
    writeFileSync(join(directory, 'provider/tls.key'), next.key);
    assert.equal(await credentials.reload(), false);
    assert.equal(await credentials.reload(), false);
    assert.equal(credentials.current.own.serialNumber, '1');
    assert.equal(lines.length, 1, 'said once');
    assert.match(lines[0] ?? '', /^error new certificate files are refused: those before .*does not belong/);
    writeFileSync(join(directory, 'provider/tls.crt'), next.certificate);
    assert.equal(await credentials.reload(), true);
    assert.equal(credentials.current.own.serialNumber, '2');
  });

  it('warn once when a third of life is left, and again at its end', async () => {
    await put({ notBefore: now - hour, notAfter: now + 2 * hour });
    const credentials = open();
    now += hour;
    await credentials.reload();
    await credentials.reload();
    now += 2 * hour;
    await credentials.reload();
    assert.deepEqual(
      lines.map((line) => line.slice(0, 40)),
      ['warn our own certificate is not renewed ', 'error our own certificate has expired: o'],
    );
  });

  describe('with a revocation list', () => {
    it('know what was revoked, in PEM and in DER, however the number is padded', async () => {
      const pem = await authority.crl(['00ff', '0123']);
      for (const crl of [pem, listDer(pem)]) {
        await put({}, { crl });
        const { current } = open();
        assert.deepEqual(['ff', '123', '1'].map(current.isRevoked), [true, true, false]);
        assert.ok((current.revocationValidUntil ?? 0) > now);
      }
    });

    it('take several lists, and the shortest time', async () => {
      const crl = (await authority.crl(['01'])) + (await other.crl(['02'], { nextUpdate: now + 1000 }));
      await put({}, { authorities: authority.certificate + other.certificate, crl });
      const { current } = open();
      assert.deepEqual(['1', '2', '3'].map(current.isRevoked), [true, true, false]);
      assert.equal(current.revocationValidUntil, Math.floor((now + 1000) / 1000) * 1000);
    });

    it('refuse one that is forged', async () => {
      const unsigned = /ca\.crl cannot be used: no authority in ca\.crt that may sign/;
      await put({}, { crl: await other.crl([]) });
      refusedToOpen(unsigned);
      const der = listDer(await authority.crl(['0123']));
      der.writeUInt8(0x24, der.indexOf(Buffer.from([0x02, 0x02, 0x01, 0x23])) + 3);
      await put({}, { crl: der });
      refusedToOpen(unsigned);
      for (const nothing of ['nothing', Buffer.from([0x30, 0x01]), Buffer.alloc(0)]) {
        await put({}, { crl: nothing });
        refusedToOpen(/ca\.crl cannot be used/);
      }
    });

    it('refuse one of an authority that may sign certificates alone', async () => {
      const silent = await createAuthority({ trustDomain, keyUsages: KeyUsageFlags.keyCertSign });
      const authorities = authority.certificate + silent.certificate;
      await put({}, { authorities, crl: await silent.crl([]) });
      refusedToOpen(/no authority in ca\.crt that may sign/);
    });

    it('refuse one that is not whole, and take one for a distribution point', async () => {
      const delta = new Extension('2.5.29.27', true, Buffer.from([0x02, 0x01, 0x01]));
      await put({}, { crl: await authority.crl([], { extensions: [delta] }) });
      refusedToOpen(/not a whole list: it has the critical extension 2\.5\.29\.27/);
      const someReasons = new Extension('2.5.29.28', true, Buffer.from([0x30, 0x03, 0x83, 0x01, 0x02]));
      await put({}, { crl: await authority.crl([], { extensions: [someReasons] }) });
      refusedToOpen(/not a whole list/);
      const point = new Extension('2.5.29.28', true, empty);
      await put({}, { crl: await authority.crl([], { extensions: [point] }) });
      assert.ok(open().current.revocationValidUntil);
    });

    it('refuse to begin with a certificate that is revoked, and say so when it happens later', async () => {
      await put({ serialNumber: '77' }, { crl: await authority.crl([]) });
      const credentials = open();
      writeFileSync(join(directory, 'provider/ca.crl'), await authority.crl(['77']));
      assert.equal(await credentials.reload(), true);
      assert.equal(credentials.current.isRevoked('77'), true, 'the list counts for others too');
      assert.match(lines.join('\n'), /error our own certificate is revoked/);
      refusedToOpen(/was revoked\. Issue another one/);
    });

    it('keep the list that was there when it goes away', async () => {
      await put({}, { crl: await authority.crl(['01']) });
      const credentials = open();
      await put();
      assert.equal(await credentials.reload(), false);
      assert.equal(credentials.current.isRevoked('1'), true);
      assert.match(lines.join('\n'), /The revocation list in .* is gone/);
    });

    it('say when it is out of date, and go on with the next one', async () => {
      await put({}, { crl: await authority.crl([], { nextUpdate: now - 1000 }) });
      const credentials = open();
      assert.match(lines.join('\n'), /error the revocation list is out of date: every service is refused/);
      const peer = derOf((await authority.issue({ name: 'monitor' })).certificate);
      const judge = () =>
        judgePeer(peer, { trustDomain, expected: ['monitor'], credentials: credentials.current, now });
      assert.throws(judge, isRefusal('untrusted'));
      writeFileSync(join(directory, 'provider/ca.crl'), await authority.crl([]));
      assert.equal(await credentials.reload(), true);
      assert.equal(judge().name, 'monitor');
    });
  });

  it('judge others by name, time and revocation, also later on', async () => {
    await put({}, { crl: await authority.crl(['0bad']) });
    const credentials = open().current;
    const judge = async (shape: Partial<Shape>) =>
      judgePeer(derOf((await authority.issue({ name: 'monitor', ...shape })).certificate), {
        trustDomain,
        expected: ['monitor', 'metadata'],
        credentials,
        now,
      });
    const peer = await judge({});
    requireStillValid(peer, { credentials, now });
    await assert.rejects(judge({ serialNumber: '0bad' }), isRefusal('revoked'));
    await assert.rejects(judge({ name: 'enrolment' }), isRefusal('san_foreign'));
    await assert.rejects(
      judge({ notBefore: now + hour, notAfter: now + 2 * hour }),
      isRefusal('not_yet_valid'),
    );
    await assert.rejects(judge({ notBefore: now - hour, notAfter: now - 1000 }), isRefusal('expired'));
    const later = (at: number) => () => requireStillValid(peer, { credentials, now: at });
    assert.throws(later(peer.notAfter), isRefusal('expired'));
    assert.throws(later(peer.notBefore - 1), isRefusal('not_yet_valid'));
    assert.throws(
      () => requireStillValid({ ...peer, serialNumber: 'bad' }, { credentials, now }),
      isRefusal('revoked'),
    );
  });
});
