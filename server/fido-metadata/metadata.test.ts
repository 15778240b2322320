import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { temporaryFolder } from '../../adapters/sqlite/testing.ts';
import { pemBlocks } from '../service-identity/pem.ts';
import type { Storage } from '../storage.ts';
import { createMetadataAuthority } from '../testing/metadata-authority.ts';
import { brokenKey, dateOf, entrySample, exampleKey, payloadSample } from '../testing/metadata-payload.ts';
import { type MetadataServer, startMetadataServer } from '../testing/metadata-server.ts';
import { packBlob } from './blob.ts';
import { createFidoMetadata, type FidoMetadata } from './metadata.ts';
import { trustIn } from './settings.ts';
import type { Limits } from './source.ts';

const day = 24 * 60 * 60 * 1000;
const authority = await createMetadataAuthority();
const roots = pemBlocks(authority.roots, 'CERTIFICATE').map((der) => new X509Certificate(der));
const trust = trustIn(roots);
const blob = (no: number, fields: Record<string, unknown> = {}) =>
  authority.signer.sign(payloadSample({ no, ...fields }));

const inFolder = temporaryFolder();
suite('on SQLite', `sqlite:${inFolder('metadata.sqlite')}`);
describe('on MongoDB', () => withMongo(({ url }) => suite('on MongoDB', url)));

function suite(engine: string, url: string): void {
  describe(`the FIDO metadata repository ${engine}`, () => {
    let storage: Storage;
    let server: MetadataServer;
    const clock = { now: Date.now() };
    const logged: string[] = [];
    const write = (level: string) => (facts: object, event: string) =>
      void logged.push(`${level} ${event} ${JSON.stringify(facts)}`);
    const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const opened: FidoMetadata[] = [];

    before(async () => {
      storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
      server = await startMetadataServer();
    });
    after(async () => {
      for (const metadata of opened) await metadata[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    });

    /** As a process has it that starts now. */
    function open({
      source = server.url,
      limits = { bytes: 1_000_000, ms: 5_000 } as Limits,
      believed = trust,
    } = {}) {
      const { fidoMetadata: repository, leases } = storage;
      const settings = { source, trust: believed, maxAgeDays: 90, local: [] };
      const metadata = createFidoMetadata({
        ...{ repository, leases, settings, limits, log, jitter: 0 },
        now: () => clock.now,
      });
      opened.push(metadata);
      return metadata;
    }

    async function refresh(metadata: FidoMetadata): Promise<string | undefined> {
      clock.now += 1;
      assert.deepEqual(await metadata.refresh(), { begun: true });
      for (;;) {
        const { progress, attempt } = await metadata.status();
        if (progress === undefined) return attempt?.result;
        await delay(5);
      }
    }

    it('knows nothing at first, and says so calmly', async () => {
      const metadata = open();
      await metadata.models.ready?.();
      assert.equal(metadata.models.find(exampleKey), undefined);
      assert.equal(metadata.models.metadata, undefined);
      server.behave((response) => response.socket?.destroy());
      assert.equal(await refresh(metadata), 'truncated');
      assert.equal(await refresh(open({ source: 'http://127.0.0.1:9/' })), 'unreachable');
      assert.equal(await refresh(open({ source: 'http://127.0.0.1:9/' })), 'unreachable');
      assert.deepEqual(
        logged.filter((line) => !line.startsWith('debug')).map((line) => line.split(' {', 1)[0]),
        [
          'warn FIDO metadata was not refreshed: it is cut off',
          'warn FIDO metadata was not refreshed: the address does not answer',
        ],
      );
      assert.equal(metadata.standing().failures, 1);
    });

    it('takes a blob, and tells what is in force', async () => {
      const metadata = open();
      server.serve(blob(10));
      assert.equal(await refresh(metadata), 'taken');
      assert.deepEqual(metadata.models.metadata, { no: 10, isCurrent: true });
      const { icon, ...model } = metadata.models.find(exampleKey.toUpperCase()) ?? {};
      assert.match(String(icon), /^[0-9a-f]{16}$/);
      assert.deepEqual(model, {
        aaguid: exampleKey,
        name: 'Example Key 5',
        statuses: ['FIDO_CERTIFIED_L1'],
        keyProtection: ['hardware', 'secure_element'],
        attestationTypes: ['basic_full'],
        attestationRoots: ['MIIB'],
        isLocal: false,
      });
      assert.deepEqual(metadata.models.find(brokenKey)?.statuses, ['NOT_FIDO_CERTIFIED', 'REVOKED']);
      const { metadata: facts, highest } = await metadata.status();
      assert.equal(highest, 10);
      assert.deepEqual([facts?.entries, facts?.models, facts?.notUnderstood], [2, 2, 0]);
    });

    it('asks whether there is something newer, and reads nothing where there is not', async () => {
      assert.equal(await refresh(open()), 'unchanged');
      assert.match(String(server.asked.at(-1)?.['if-none-match']), /^"\d+"$/);
    });

    it('F28 survives a restart, and is verified again', async () => {
      const metadata = open();
      await metadata.models.ready?.();
      assert.equal(metadata.models.find(exampleKey)?.name, 'Example Key 5');
      assert.equal(metadata.standing().no, 10);
    });

    it('is followed by other processes', async () => {
      const [one, other] = [open(), open()];
      await other.models.ready?.();
      server.serve(blob(11, { entries: [entrySample({ description: 'Example Key 6' })] }));
      assert.equal(await refresh(one), 'taken');
      assert.equal(other.models.metadata?.no, 10);
      await other.follow();
      assert.equal(other.models.metadata?.no, 11);
      assert.equal(other.models.find(exampleKey)?.name, 'Example Key 6');
      assert.equal(other.models.find(brokenKey), undefined);
    });

    const refusals: [name: string, expected: string, behave: () => void][] = [
      ['one that is older', 'rollback', () => server.serve(blob(10))],
      [
        'one that is signed by others',
        'signature_wrong',
        () => server.serve(`${blob(12).slice(0, -86)}${'A'.repeat(86)}`),
      ],
      ['half of one', 'truncated', () => server.serve(blob(12).slice(0, -300))],
      [
        'one whose connection breaks',
        'truncated',
        () =>
          server.behave((response) => {
            response.writeHead(200, { 'content-length': 5000 }).write('eyJ');
            setTimeout(() => response.destroy(), 20);
          }),
      ],
      [
        '50 MB that are announced',
        'too_large',
        () =>
          server.behave(
            (response) => void response.writeHead(200, { 'content-length': 50_000_000 }).write('x'),
          ),
      ],
      [
        '50 MB that are not announced',
        'too_large',
        () =>
          server.behave((response) => {
            response.writeHead(200);
            const more = () => {
              if (response.destroyed) return;
              response.write(Buffer.alloc(100_000, 'x'));
              setImmediate(more);
            };
            more();
          }),
      ],
      [
        'a redirect',
        'redirect',
        () => server.behave((response) => void response.writeHead(302, { location: server.url }).end()),
      ],
      [
        'a page',
        'wrong_content_type',
        () =>
          server.behave(
            (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
          ),
      ],
      ['an error', 'wrong_status', () => server.behave((response) => void response.writeHead(500).end())],
      [
        'something missing',
        'wrong_status',
        () => server.behave((response) => void response.writeHead(404).end()),
      ],
    ];
    for (const [name, expected, behave] of refusals)
      it(`W9 refuses ${name} (${expected}), and goes on with the last good copy`, async () => {
        const metadata = open();
        behave();
        assert.equal(await refresh(metadata), expected);
        assert.equal(metadata.models.metadata?.no, 11);
        assert.equal(metadata.models.find(exampleKey)?.name, 'Example Key 6');
        assert.equal(metadata.standing().failure, expected);
      });

    it('W9 refuses what trickles (too_slow), and goes on with the last good copy', async () => {
      const metadata = open({ limits: { bytes: 1_000_000, ms: 300 } });
      for (const begin of [true, false]) {
        server.behave((response) => {
          if (!begin) return;
          response.writeHead(200);
          const timer = setInterval(() => response.write('x'), 50);
          response.on('close', () => clearInterval(timer));
        });
        assert.equal(await refresh(metadata), 'too_slow');
      }
      assert.equal(metadata.models.metadata?.no, 11);
    });

    it('W9 asks for the list of revoked certificates, where it can be had', async () => {
      const signer = await authority.issue({ signer: { crl: `${server.url}crl` } });
      const signed = signer.sign(payloadSample({ no: 11 }));
      const metadata = open();
      server.serve(signed);
      server.serveList(await authority.crl(signer, [signer.serialNumber]));
      assert.equal(await refresh(metadata), 'certificate_revoked');
      server.serveList(undefined);
      assert.equal(await refresh(metadata), 'unchanged');
      server.behave((response) => void response.writeHead(500).end());
      assert.equal(await refresh(metadata), 'wrong_status');
    });

    it('waits longer after each failure, and as usual after a success', async () => {
      const { failures = 0 } = (await storage.fidoMetadata.findAttempt()) ?? {};
      assert.equal(failures, 1);
      for (let more = 0; more < 12; more++) await refresh(open());
      const metadata = open();
      server.serve(blob(11));
      const asked = server.asked.length;
      await metadata.refreshWhenDue();
      assert.equal(server.asked.length, asked);
      clock.now += day;
      await metadata.refreshWhenDue();
      assert.equal(server.asked.length, asked + 1);
      assert.equal(metadata.standing().failures, 0);
      assert.equal((await metadata.status()).nextAt, clock.now + day);
      clock.now -= 400 * day;
      await metadata.refreshWhenDue();
      assert.equal(server.asked.length, asked + 2, 'a clock that was ahead holds nothing up');
      clock.now += 400 * day;
    });

    it('F12 is refreshed by one of two instances that find it due', async () => {
      clock.now += 2 * day;
      server.serve(blob(12));
      const instances = [open(), open()];
      const asked = server.asked.length;
      await Promise.all(instances.map((each) => each.refreshWhenDue()));
      assert.equal(server.asked.length, asked + 1);
      for (const each of instances) {
        await each.follow();
        assert.equal(each.models.metadata?.no, 12);
      }
    });

    it('is taken past its next update, with a warning, until it is too old to vouch for anything', async () => {
      const metadata = open();
      server.serve(blob(13, { nextUpdate: dateOf(clock.now - 27 * day) }));
      assert.equal(await refresh(metadata), 'taken');
      assert.ok(logged.some((line) => line.startsWith('warn FIDO metadata taken, although')));
      assert.equal(metadata.models.metadata?.isCurrent, true);
      clock.now += 64 * day;
      assert.deepEqual(metadata.models.metadata, { no: 13, isCurrent: false });
      assert.equal(metadata.models.find(exampleKey)?.name, 'Example Key 5');
      clock.now -= 64 * day;
    });

    it('W9 is refused when somebody else wrote it into the database', async () => {
      const stranger = await createMetadataAuthority();
      const packed = await packBlob(stranger.signer.sign(payloadSample({ no: 14 })));
      await storage.fidoMetadata.recordBlob({ no: 14, takenAt: clock.now, source: server.url, packed });
      const running = opened.at(-1);
      await running?.follow();
      assert.equal(running?.models.metadata?.no, 13);
      assert.equal(running?.standing().failure, 'other_root');
      const restarted = open();
      await restarted.models.ready?.();
      assert.equal(restarted.models.find(exampleKey), undefined);
      assert.equal((await restarted.status()).refused, 'other_root');
      assert.ok(logged.some((line) => /^error .*is refused: its chain ends at no root/.test(line)));
      server.serve(blob(13));
      assert.equal(await refresh(restarted), 'taken');
      assert.equal(restarted.models.metadata?.no, 13);
    });

    it('W9 is refused when somebody put an older one back', async () => {
      await storage.fidoMetadata.remove();
      const packed = await packBlob(blob(11));
      await storage.fidoMetadata.recordBlob({ no: 11, takenAt: clock.now, source: server.url, packed });
      const metadata = open();
      await metadata.models.ready?.();
      assert.equal((await metadata.status()).refused, 'rollback');
      assert.equal(metadata.models.metadata, undefined);
    });

    it('F28 writes the number behind a blob after a crash between the two', async () => {
      const packed = await packBlob(blob(15));
      await storage.fidoMetadata.recordBlob({ no: 15, takenAt: clock.now, source: server.url, packed });
      assert.equal(await storage.fidoMetadata.findHighest(trust.authority), 13);
      const metadata = open();
      await metadata.models.ready?.();
      assert.equal(metadata.models.metadata?.no, 15);
      assert.equal(await storage.fidoMetadata.findHighest(trust.authority), 15);
    });

    it('W9 is refused under another number than its own, which would keep out every true one', async () => {
      const packed = await packBlob(blob(15));
      await storage.fidoMetadata.recordBlob({ no: 900, takenAt: clock.now, source: server.url, packed });
      const metadata = open();
      await metadata.models.ready?.();
      assert.equal((await metadata.status()).refused, 'other_number');
      server.serve(blob(15));
      assert.equal(await refresh(metadata), 'taken');
      assert.equal(metadata.models.metadata?.no, 15);
    });

    it('counts anew for another authority, when the operator believes another one', async () => {
      const theirs = await createMetadataAuthority();
      const believed = trustIn(pemBlocks(theirs.roots, 'CERTIFICATE').map((der) => new X509Certificate(der)));
      server.serve(theirs.signer.sign(payloadSample({ no: 2 })));
      const metadata = open({ believed });
      assert.equal(await refresh(metadata), 'taken');
      assert.equal(metadata.models.metadata?.no, 2);
      server.serve(blob(15));
      assert.equal(await refresh(open()), 'taken');
    });

    if (url.startsWith('sqlite:'))
      it('W9 is replaced where its row got a number that nobody signed', async () => {
        const database = new DatabaseSync(url.slice('sqlite:'.length));
        database.exec("UPDATE fidoMetadata SET no = 900 WHERE id = 'blob'");
        database.close();
        const metadata = open();
        server.serve(blob(16));
        assert.equal(await refresh(metadata), 'taken');
        assert.equal(metadata.models.metadata?.no, 16);
      });

    it('is loaded again when its signer has expired meanwhile', async () => {
      const metadata = open();
      server.serve(blob(17));
      assert.equal(await refresh(metadata), 'taken');
      clock.now += 3000 * day;
      const later = open();
      await later.models.ready?.();
      assert.deepEqual(later.models.metadata, { no: 17, isCurrent: false });
      assert.equal(await refresh(open({ source: `${server.url}other` })), 'certificate_expired');
    });

    it('never asks where it is off', async () => {
      const metadata = open({ source: 'off' });
      const asked = server.asked.length;
      await metadata.refreshWhenDue();
      assert.deepEqual(await metadata.refresh(), { begun: false });
      assert.equal(server.asked.length, asked);
      await metadata.models.ready?.();
      assert.equal(metadata.models.metadata?.no, 17);
    });
  });
}
