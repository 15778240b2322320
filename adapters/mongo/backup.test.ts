import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStorage } from '../open.ts';
import { restoreStorage } from '../restore.ts';
import { assertConflict } from '../storage.contract/assertions.ts';
import {
  accountSample,
  artifactSample,
  installationSample,
  signInSample,
} from '../storage.contract/samples.ts';
import { connect, withMongo } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
const inFolder = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));

withMongo(({ url }) => {
  const open = () => openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const empty = async () => {
    await using connected = await connect(url);
    await connected.connection.dropDatabase();
  };
  const [account, artifact, installation] = [accountSample(), artifactSample(), installationSample()];
  const signIns = Array.from({ length: 1200 }, () => signInSample());

  describe('a backup of MongoDB', () => {
    it('holds every record, tells how far it is and is readable by its owner alone', async () => {
      await using storage = await open();
      await storage.installation.insertOnce(installation);
      await storage.accounts.insert(account);
      await storage.artifacts.upsert(artifact);
      await Promise.all(signIns.map((signIn) => storage.signIns.insert(signIn)));
      const shares: number[] = [];
      await storage.backup(inFolder('made/all.jsonl'), (share) => shares.push(share));
      assert.equal(readFileSync(inFolder('made/all.jsonl'), 'utf8').split('\n').length, 1206);
      assert.equal(statSync(inFolder('made/all.jsonl')).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(inFolder('made')), ['all.jsonl']);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => a - b),
      );
      assert.equal(shares.at(-1), 1);
    });
  });

  describe('a restore of MongoDB', () => {
    const file = inFolder('made/all.jsonl');

    it('refuses to overwrite an installation', async () => {
      await assertConflict(restoreStorage({ url, file }), 'installation');
    });

    it('refuses what is no backup, is cut off or is too new, and writes nothing', async () => {
      await empty();
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const write = (name: string, content: readonly string[]) =>
        writeFileSync(inFolder(name), `${content.join('\n')}\n`);
      write('text', ['hello']);
      write('cut', lines.slice(0, -1));
      write('missing-line', lines.toSpliced(5, 1));
      write('foreign', lines.toSpliced(5, 0, '["users",{"_id":"x"}]'));
      write('newer', [JSON.stringify({ format: 'latchkey-backup-1', schemaVersion: 99 }), ...lines.slice(1)]);
      for (const name of ['text', 'cut', 'missing-line', 'foreign', 'newer', 'nothing-there'])
        await assert.rejects(restoreStorage({ url, file: inFolder(name) }), { name: 'StorageError' }, name);
      await using connected = await connect(url);
      assert.deepEqual(await connected.connection.listCollections(), []);
    });

    it('F27 brings records back, but nothing that was issued', async () => {
      const shares: number[] = [];
      await restoreStorage({ url, file, onProgress: (share) => shares.push(share) });
      assert.equal(shares.at(-1), 1);
      await using storage = await open();
      assert.deepEqual(await storage.installation.find(), installation);
      assert.deepEqual(await storage.accounts.findByUserHandle(String(account.userHandles[0])), account);
      assert.equal((await storage.signIns.findMany(signIns.map(({ id }) => id))).length, 1200);
      assert.equal(await storage.artifacts.find(artifact.id), undefined);
      assert.equal(await storage.signIns.removeExpired(signIns[0]?.expiresAt ?? 0), 1200);
    });

    it('replaces an installation when it is told to, and can be run again after it was interrupted', async () => {
      await restoreStorage({ url, file, replace: true });
      await using connected = await connect(url);
      await connected.connection.collection('installation').deleteMany({});
      await restoreStorage({ url, file });
      await using storage = await open();
      assert.deepEqual(await storage.installation.find(), installation);
    });
  });
});
