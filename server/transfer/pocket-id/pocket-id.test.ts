import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { AppError } from '../../errors.ts';
import { startInstallation, type TestInstallation } from '../../testing/installation.ts';
import { answerSignIn, beginAuthorization, discover, signInTo } from '../../testing/journeys.ts';
import { browserWith, imported, type KnownPasskey } from '../../testing/transfer.ts';
import type { TransferReport } from '../report.ts';
import { openPocketId } from './open.ts';
import { readPocketId } from './read.ts';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/pocket-id${name}`, import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'));
const redirectUri = 'http://127.0.0.1:9/cb';
const read = async (name: string) =>
  readPocketId(await openPocketId(path(name)), { rpId: 'localhost', now: Date.now() });

interface KnownClient {
  id: string;
  secret?: string;
}

for (const [what, file] of [
  ['exported', '-export.zip'],
  ['had in its SQLite file', '.sqlite'],
] as const)
  describe(`what a real Pocket ID 2.9 ${what}`, () => {
    let installation: TestInstallation;
    let report: TransferReport;
    const passkeys: (KnownPasskey & { disabled?: boolean })[] = json('-passkeys.json');
    const clients: KnownClient[] = Object.values(json('-clients.json'));
    before(async () => {
      installation = await startInstallation();
      report = await imported(installation, await read(file));
    });
    after(() => installation[Symbol.asyncDispose]());

    it('comes over: everybody, every passkey, every app', () => {
      assert.ok(report.done);
      assert.deepEqual(report.conflicts, []);
      const { person, passkey, group, app } = report.counts;
      assert.deepEqual([person?.added, passkey?.added, group?.added, app?.added], [32, 31, 2, 5]);
    });

    it('lets 30 of the 31 sign in with ES256, EdDSA and RS256 passkeys: one is disabled', async () => {
      const { secret = '' } = clients.find(({ id }) => id === 'web') ?? {};
      const party = await discover(installation.origin, { id: 'web', secret, redirectUri });
      let signedIn = 0;
      for (const known of passkeys) {
        const browser = browserWith(installation, known);
        if (known.userName === 'user20') {
          const { url } = await beginAuthorization(party);
          await assert.rejects(answerSignIn(browser, await browser.follow(url)), /account_disabled|disabled/);
          continue;
        }
        const claims = (await signInTo(browser, party, { scope: 'openid profile' })).claims();
        assert.equal(claims?.sub, Buffer.from(known.userHandle, 'base64url').toString());
        signedIn += 1;
      }
      assert.equal(signedIn, 30);
      const learned = await installation.storage.passkeys.findById(
        passkeys.find(({ userName }) => userName === 'user28')?.credentialId ?? '',
      );
      assert.equal(learned?.backupEligible, false);
    });

    it('takes the four secrets, which are kept as our own afterwards', async () => {
      const confidential = clients.filter(({ secret }) => secret);
      assert.equal(confidential.length, 4);
      for (const { id, secret = '' } of confidential) {
        const ask = async (presented: string) => {
          const authorization = `Basic ${btoa(`${id}:${presented}`)}`;
          const body = new URLSearchParams({
            grant_type: 'authorization_code',
            code: 'none',
            redirect_uri: redirectUri,
          });
          const answer = await fetch(`${installation.origin}/token`, {
            method: 'POST',
            headers: { authorization },
            body,
          });
          return ((await answer.json()) as { error: string }).error;
        };
        assert.equal(await ask(`${secret}x`), 'invalid_client');
        assert.equal(await ask(secret), 'invalid_grant', 'who it is is believed; the code is not');
        const app = await installation.storage.apps.findById(id);
        assert.match(app?.secrets[0]?.hash ?? '', /^hmac-sha256:/);
        assert.equal(await ask(secret), 'invalid_grant');
        assert.equal(await ask(`${secret}x`), 'invalid_client');
      }
    });

    it('keeps claims of their types, groups, roles and who may use what', async () => {
      const { accounts, groups, apps } = installation.storage;
      const user01 = await accounts.findByUserNameKey('user01');
      assert.equal(user01?.attributes?.employee_no, 4711);
      const definitions = await installation.storage.attributeDefinitions.list();
      assert.deepEqual(
        definitions.map(({ id, type }) => `${id} ${type}`),
        ['department string', 'employee_no number'],
      );
      assert.equal(user01?.role, 'administrator');
      const admin = await accounts.findByUserNameKey('admin');
      assert.equal(admin?.attributes?.department, 'operations');
      assert.equal(admin?.name, 'Ada Min');
      const ops = await groups.findByNameKey('ops');
      assert.deepEqual([ops?.name, ops?.description], ['ops', 'Operations']);
      assert.deepEqual((await apps.findById('restricted'))?.allowedGroups, [ops?.id]);
      assert.equal((await apps.findById('nopkce'))?.pkce, 'optional');
      assert.equal((await accounts.findByUserNameKey('user20'))?.status, 'disabled');
    });

    it('names what cannot come over, item by item', () => {
      const told = new Set(report.left.map(({ item, reason }) => `${item}: ${reason}`));
      for (const expected of [
        'user01: attribute',
        'spa: redirect_address',
        'nopkce: reauthentication',
        'backup job: not_here',
        '8 oidc_refresh_tokens: not_here',
        '8 user_authorized_oidc_clients: not_here',
      ])
        assert.ok(told.has(expected), `${expected} of ${[...told].join(', ')}`);
      const roles = report.notes.filter(({ reason }) => reason === 'role').map(({ item }) => item);
      assert.deepEqual(roles.sort(), ['admin', 'user01']);
      assert.ok(report.notes.some(({ item, reason }) => item === 'invited' && reason === 'no_passkey'));
    });

    it('comes over once, however often', async () => {
      const again = await imported(installation, await read(file));
      assert.deepEqual(again.conflicts, []);
      for (const [kind, { added }] of Object.entries(again.counts)) assert.equal(added, 0, kind);
    });
  });

describe('what Pocket ID 2.14 writes', () => {
  it('has several secrets of an app in its credentials, as SHA-256 or bcrypt', async () => {
    const raw = await openPocketId(path('-export.zip'));
    const hash = createHash('sha256').update('a secret of 2.14').digest('hex');
    const secrets = [{ id: 's1', alg: 'sha256', hash, createdAt: '2026-11-01T00:00:00Z', expiresAt: null }];
    const clients = (raw.oidc_clients ?? []) as Record<string, unknown>[];
    const changed = clients.map(({ secret, ...client }) =>
      client.id === 'web'
        ? { ...client, credentials: btoa(JSON.stringify({ secrets })) }
        : { ...client, secret },
    );
    const content = readPocketId({ ...raw, oidc_clients: changed }, { rpId: 'localhost', now: 0 });
    const items = await Array.fromAsync(content.items());
    const web = items.find((item) => item.kind === 'app' && item.record.id === 'web');
    assert.deepEqual(web?.kind === 'app' && web.record.secrets, [
      { id: 's1', imported: { scheme: 'sha256', hash }, createdAt: Date.UTC(2026, 10, 1) },
    ]);
  });
});

describe('a file that is said to be of Pocket ID', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-pocket-id-'));
  });
  after(() => rm(folder, { recursive: true }));
  const refused = async (bytes: Uint8Array | string) => {
    const file = join(folder, 'given');
    writeFileSync(file, bytes);
    await assert.rejects(
      async () => readPocketId(await openPocketId(file), { rpId: 'localhost', now: 0 }),
      (error) => error instanceof AppError && error.field === 'file',
    );
  };
  const zip = (content: string | Uint8Array, name = 'database.json') =>
    zipSync({ [name]: typeof content === 'string' ? new TextEncoder().encode(content) : content });

  it('is refused where it is none', async () => {
    await refused('');
    await refused('{"tables":{}}');
    await refused(zip('{}'));
    await refused(zip('no json'));
    await refused(zip('{"tables":{}}'));
    await refused(zip('{"tables":{"users":[{"id":7}]}}'));
    await refused(zip('{"tables":{}}', '../database.json'));
    await refused(readFileSync(path('-export.zip')).subarray(0, 9000));
    await refused(readFileSync(path('.sqlite')).subarray(0, 9000));
  });

  it('does not fill the memory, whatever it says of its size', async () => {
    await refused(zip(new Uint8Array(300 * 1024 * 1024)));
    const lying = Buffer.from(zip(new Uint8Array(100 * 1024 * 1024)));
    // The size before compression, in both headers: 22 bytes into the local one, 24 into that of the directory.
    const directory = lying.lastIndexOf('PK\u0001\u0002', undefined, 'latin1');
    for (const at of [22, directory + 24]) lying.writeUInt32LE(1000, at);
    await refused(lying);
  });
});
