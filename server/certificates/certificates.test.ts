import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { AppError, ConfigError } from '../errors.ts';
import { openCredentials } from '../service-identity/credentials.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import { createAuthority } from './authority.ts';
import { issue } from './issue.ts';
import { keepRenewed } from './keep-renewed.ts';
import { revoke } from './list.ts';
import { renew } from './renew.ts';
import { statusOf } from './status.ts';

const trustDomain = 'example.com';
const hour = 60 * 60 * 1000;
const day = 24 * hour;
const start = Math.floor(Date.now() / 1000) * 1000;
let directory: string;
let now: number;
let lines: string[];

const write = (facts: object, event: string) =>
  void lines.push(`${event} ${'err' in facts ? String(facts.err) : JSON.stringify(facts)}`);
const log = { info: write, warn: write, error: write };
const place = () => ({ directory, trustDomain, now });

function load(name: ServiceName) {
  using credentials = openCredentials({ directory, name, trustDomain, now: () => now, log });
  return credentials.current;
}

const mode = (path: string) => statSync(join(directory, path)).mode & 0o777;
const states = () =>
  Object.fromEntries(statusOf(place()).certificates.map(({ name, state }) => [name, state]));
/** What OpenSSL finds about a client, with the list given to it. */
async function openSslSays(name: ServiceName): Promise<string | undefined> {
  const read = (folder: string, file: string) => readFileSync(join(directory, folder, file));
  const [cert, key, ca, crl] = ['tls.crt', 'tls.key', 'ca.crt', 'ca.crl'].map((file) =>
    read('provider', file),
  );
  const server = tls.createServer({ cert, key, ca, crl, requestCert: true, rejectUnauthorized: false });
  const said = new Promise<string>((resolve) => {
    server.on('secureConnection', ({ authorizationError }) => resolve(String(authorizationError ?? 'OK')));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const mine = { cert: read(name, 'tls.crt'), key: read(name, 'tls.key') };
  const socket = tls.connect({ port, ca, ...mine, checkServerIdentity: () => undefined });
  const answer = await said;
  socket.destroy();
  server.close();
  return answer;
}

const detail = (expected: RegExp) => (error: unknown) =>
  error instanceof AppError && expected.test(error.detail ?? '');

describe('an authority of our own', () => {
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'latchkey-authority-')), 'certificates');
    [now, lines] = [start, []];
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  it('is made once, with its key for its owner alone', async () => {
    const { notAfter } = await createAuthority(place());
    assert.ok(notAfter > now + 9.9 * 365 * day);
    assert.deepEqual(['.', 'authority', 'authority/ca.key'].map(mode), [0o700, 0o700, 0o600]);
    const before = readFileSync(join(directory, 'authority/ca.crt'), 'utf8');
    assert.equal(new X509Certificate(before).ca, true);
    await assert.rejects(createAuthority(place()), detail(/already, and it is never overwritten/));
    assert.equal(readFileSync(join(directory, 'authority/ca.crt'), 'utf8'), before);
    assert.deepEqual(readdirSync(directory), ['authority'], 'no draft is left');
  });

  it('is one where two make it at the same time', async () => {
    const made = await Promise.allSettled([createAuthority(place()), createAuthority(place())]);
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('issues what services open', async () => {
    await createAuthority(place());
    await issue({ ...place(), names: serviceNames, hours: 24, dns: ['manager.internal'] });
    for (const name of serviceNames) {
      const { own, revocationValidUntil } = load(name);
      assert.deepEqual([own.notBefore, own.notAfter], [now - 60_000, now + day]);
      assert.equal(revocationValidUntil, now + 7 * day);
      assert.deepEqual([mode(name), mode(`${name}/tls.key`)], [0o700, 0o600]);
      assert.deepEqual(readdirSync(join(directory, name)).sort(), ['ca.crl', 'ca.crt', 'tls.crt', 'tls.key']);
    }
    const names = (name: ServiceName) => new X509Certificate(load(name).certificate).subjectAltName;
    assert.equal(names('passkey-manager'), 'URI:spiffe://example.com/passkey-manager, DNS:manager.internal');
    assert.equal(names('provider'), 'URI:spiffe://example.com/provider');
    assert.equal(new Set(serviceNames.map((name) => load(name).own.serialNumber)).size, 6);
  });

  it('satisfies another judge than ours, certificates and list', async () => {
    await createAuthority(place());
    await issue({ ...place(), names: ['monitor', 'provider'], hours: 1 });
    assert.equal(await openSslSays('monitor'), 'OK');
    await revoke({ ...place(), what: 'monitor' });
    assert.equal(await openSslSays('monitor'), 'CERT_REVOKED');
  });

  it('refuses what it is not for', async () => {
    await assert.rejects(
      issue({ ...place(), names: ['monitor'], hours: 1 }),
      detail(/no authority in .*certs init/),
    );
    assert.equal(existsSync(directory), false);
    await createAuthority(place());
    const names = ['monitor'] as const;
    const manager = ['passkey-manager'] as const;
    await assert.rejects(
      issue({ ...place(), trustDomain: 'example.org', names, hours: 1 }),
      /is for the trust domain example\.com, and example\.org was asked for/,
    );
    await assert.rejects(issue({ ...place(), names, hours: 1, dns: ['a'] }), detail(/passkey-manager alone/));
    for (const wrong of ['A.example', 'a b', '*.example.com', '', 'a..b', '-a'])
      await assert.rejects(
        issue({ ...place(), names: manager, hours: 1, dns: [wrong] }),
        detail(/is not a host name/),
        wrong,
      );
    rmSync(join(directory, 'authority'), { recursive: true });
    const shouted = { ...place(), trustDomain: 'Example.com' };
    await assert.rejects(createAuthority(shouted), detail(/"Example\.com" is no trust domain/));
  });

  it('names its own file that is wrong', async () => {
    await createAuthority(place());
    const [key, register] = ['ca.key', 'register.json'].map((name) => join(directory, 'authority', name));
    assert.ok(key && register);
    const again = () => renew(place());
    chmodSync(key, 0o644);
    await assert.rejects(
      again,
      (error) => error instanceof ConfigError && /mode 0644.*chmod 600/.test(error.message),
    );
    chmodSync(key, 0o600);
    writeFileSync(register, '{');
    await assert.rejects(again, /register\.json is damaged or missing/);
  });

  it('revokes a service with all of its certificates, or one by its number, in every folder', async () => {
    await createAuthority(place());
    const names = ['provider', 'monitor'] as const;
    const [, first] = await issue({ ...place(), names, hours: 24 });
    const [second] = await issue({ ...place(), names: ['monitor'], hours: 24 });
    assert.ok(first && second);
    const padded = `00${first.serialNumber.toUpperCase()}`;
    assert.equal((await revoke({ ...place(), what: padded })).length, 1);
    const isRevoked = () => [first, second].map((one) => load('provider').isRevoked(one.serialNumber));
    assert.deepEqual(isRevoked(), [true, false]);
    assert.equal(load('monitor').own.serialNumber, second.serialNumber, 'it goes on with its newer one');
    assert.equal((await revoke({ ...place(), what: 'monitor' })).length, 2);
    assert.deepEqual(isRevoked(), [true, true]);
    assert.throws(() => load('monitor'), /was revoked/);
    assert.deepEqual(states(), { provider: 'valid', monitor: 'revoked' });
    assert.equal(statusOf(place()).healthy, false);
    await assert.rejects(revoke({ ...place(), what: 'nobody' }), detail(/no service "nobody"/));
    await assert.rejects(revoke({ ...place(), what: 'metadata' }), detail(/metadata has no certificate/));
  });

  it('brings a revoked service back by issuing, and never by renewing', async () => {
    await createAuthority(place());
    await issue({ ...place(), names: ['monitor'], hours: 24 });
    await revoke({ ...place(), what: 'monitor' });
    const { renewed, revoked } = await renew({ ...place(), all: true });
    assert.deepEqual([renewed, revoked], [[], ['monitor']]);
    await issue({ ...place(), names: ['monitor'], hours: 24 });
    assert.equal(load('monitor').own.name, 'monitor');
    assert.deepEqual(states(), { monitor: 'valid' });
  });

  it('renews what is past two thirds of its life, for as long and with the same names', async () => {
    await createAuthority(place());
    await issue({ ...place(), names: ['provider'], hours: 72 });
    await issue({ ...place(), names: ['passkey-manager'], hours: 24, dns: ['manager.internal'] });
    assert.deepEqual((await renew(place())).renewed, []);
    now += 16 * hour;
    assert.deepEqual(states(), { provider: 'valid', 'passkey-manager': 'due' });
    const [one, ...others] = (await renew(place())).renewed;
    assert.deepEqual(
      [one?.name, one?.dns, one?.notAfter, others],
      ['passkey-manager', ['manager.internal'], now + day, []],
    );
    assert.equal(load('passkey-manager').own.serialNumber, one?.serialNumber);
    assert.equal((await renew({ ...place(), all: true, hours: 2 })).renewed.length, 2);
    assert.equal(load('provider').own.notAfter, now + 2 * hour);
    now += 3 * hour;
    assert.deepEqual(states(), { provider: 'expired', 'passkey-manager': 'expired' });
  });

  it('puts right a folder that has two halves', async () => {
    await createAuthority(place());
    await issue({ ...place(), names: ['provider', 'monitor'], hours: 24 });
    writeFileSync(join(directory, 'monitor/tls.key'), readFileSync(join(directory, 'provider/tls.key')));
    assert.deepEqual(states(), { provider: 'valid', monitor: 'misplaced' });
    assert.deepEqual(
      (await renew(place())).renewed.map(({ name }) => name),
      ['monitor'],
    );
    assert.equal(load('monitor').own.name, 'monitor');
  });

  it('loses nothing when several work at once, and takes over what a crash locked', async () => {
    await createAuthority(place());
    const lock = join(directory, 'authority/lock');
    mkdirSync(lock);
    utimesSync(lock, 0, 0);
    const issued = await Promise.all(
      serviceNames.map((name) => issue({ ...place(), names: [name], hours: 24 })),
    );
    await Promise.all(issued.flat().map(({ serialNumber }) => revoke({ ...place(), what: serialNumber })));
    assert.deepEqual(Object.values(states()), Array(6).fill('revoked'));
    assert.equal(existsSync(lock), false);
  });

  it('forgets what has long expired', async () => {
    await createAuthority(place());
    const [old] = await issue({ ...place(), names: ['monitor'], hours: 24 });
    await revoke({ ...place(), what: 'monitor' });
    now += 3 * day;
    await issue({ ...place(), names: ['monitor'], hours: 24 });
    assert.equal(load('monitor').isRevoked(old?.serialNumber ?? ''), false);
    now += 30 * day;
    await renew(place());
    const register = readFileSync(join(directory, 'authority/register.json'), 'utf8');
    assert.ok(!register.includes(old?.serialNumber ?? '-'));
  });

  describe('kept renewed by a server', () => {
    const keep = async (names: readonly ServiceName[], domain = trustDomain) => {
      const stop = new AbortController();
      const given = { directory, trustDomain: domain, names, now: () => now, log, signal: stop.signal };
      await keepRenewed(given);
      stop.abort();
    };

    it('does nothing where there is none', async () => {
      await keep(serviceNames);
      assert.equal(existsSync(directory), false);
      assert.deepEqual(lines, []);
    });

    it('makes what is missing, renews what is due, and leaves the rest', async () => {
      await createAuthority(place());
      await keep(['provider']);
      const first = load('provider').own;
      now += 12 * hour;
      await keep(['provider']);
      assert.deepEqual(load('provider').own, first);
      now += 5 * hour;
      await keep(['provider']);
      assert.notEqual(load('provider').own.serialNumber, first.serialNumber);
      assert.equal(lines.filter((line) => line.startsWith('certificate renewed')).length, 2);
      assert.deepEqual(Object.keys(states()), ['provider']);
    });

    it('looks again and again until it is told to stop, and services follow', async () => {
      await createAuthority(place());
      const stop = new AbortController();
      const clock = { now: () => now, log, trustDomain, directory };
      await keepRenewed({ ...clock, names: ['provider'], signal: stop.signal, checkSeconds: 0.02 });
      using credentials = openCredentials({ ...clock, name: 'provider', reloadSeconds: 0.02 });
      const first = credentials.current.own.serialNumber;
      now += 20 * hour;
      const isNew = () => credentials.current.own.serialNumber !== first;
      for (let tries = 0; tries < 200 && !isNew(); tries++) await delay(20);
      assert.ok(isNew());
      stop.abort();
      const { serialNumber } = credentials.current.own;
      now += 20 * hour;
      await delay(100);
      assert.equal(statusOf(place()).certificates[0]?.serialNumber, serialNumber);
    });

    it('publishes the list again before it is out of date', async () => {
      await createAuthority(place());
      await issue({ ...place(), names: ['provider'], hours: 24 * 30 });
      now += 5 * day;
      await keep(['provider']);
      assert.equal(load('provider').revocationValidUntil, now + 7 * day);
    });

    it('says what went wrong, and goes on', async () => {
      await createAuthority(place());
      await keep(['provider'], 'example.org');
      assert.match(lines.join('\n'), /could not be renewed .*is for the trust domain example\.com/);
    });

    it('leaves what was revoked', async () => {
      await createAuthority(place());
      await keep(['monitor']);
      await revoke({ ...place(), what: 'monitor' });
      for (const days of [1, 40, 40]) {
        now += days * day;
        await keep(['monitor']);
        assert.deepEqual(states(), { monitor: 'revoked' });
      }
    });
  });
});
