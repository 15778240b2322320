import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenStorageOptions } from '../../server/storage.ts';
import { openStorage } from '../open.ts';
import { accountSample } from '../storage.contract/samples.ts';
import { schemaVersion } from './migrations.ts';
import type { Stored } from './record-model.ts';
import { firstIndexes } from './schema.ts';
import { connect, withMongo } from './testing.ts';

withMongo(({ url }) => {
  const open = (schema: OpenStorageOptions['schema']) =>
    openStorage({ url, role: 'command', schema, waitUntilReady: true });

  async function assertUsable() {
    await using storage = await open('migrate');
    assert.deepEqual(await storage.schemaVersion(), { stored: schemaVersion, code: schemaVersion });
    const account = accountSample();
    await storage.accounts.insert(account);
    await assert.rejects(storage.accounts.insert({ ...account, id: 'other' }), { name: 'ConflictError' });
  }

  describe('the MongoDB schema', () => {
    it('is not touched by who only checks it', async () => {
      await assert.rejects(open('check'), { name: 'StorageError', reason: 'needs_migration' });
      await using connected = await connect(url);
      assert.deepEqual(await connected.connection.listCollections(), []);
    });

    it('F28 is completed after half of the steps', async () => {
      await using connected = await connect(url);
      const { connection } = connected;
      const names = Object.keys(firstIndexes);
      for (const half of [1, Math.floor(names.length / 2), names.length]) {
        await connection.dropDatabase();
        for (const name of names.slice(0, half)) {
          await connection.createCollection(name);
          const [first] = firstIndexes[name] ?? [];
          if (first) await connection.collection(name).createIndexes([first]);
        }
        await assertUsable();
      }
    });

    it('is made by instances that start together', async () => {
      await using connected = await connect(url);
      await connected.connection.dropDatabase();
      const storages = await Promise.all([1, 2, 3].map(() => open('migrate')));
      for (const storage of storages) await storage[Symbol.asyncDispose]();
      await assertUsable();
    });

    it('F28 is made by the next instance when the one whose turn it was died', async () => {
      await using connected = await connect(url);
      await connected.connection.dropDatabase();
      const until = Date.now() + 500;
      const leases = connected.connection.collection<Stored>('leases');
      await leases.insertOne({ _id: 'migration', owner: 'died', until });
      await assertUsable();
      assert.ok(Date.now() >= until);
      assert.equal(await leases.countDocuments(), 0);
    });

    it('F28 gives people what they are found by, also after it was interrupted', async () => {
      await using connected = await connect(url);
      const { connection } = connected;
      const made = ['Quentin One', 'Quentin Two', 'Quentin Three'].map((name) => accountSample({ name }));
      {
        await using storage = await open('migrate');
        for (const account of made) await storage.accounts.insert(account);
      }
      const [, ...later] = made.map(({ id }) => id);
      const accounts = connection.collection<Stored>('accounts');
      await accounts.updateMany({ _id: { $in: later } }, { $unset: { terms: 1 } });
      await connection
        .collection<Stored>('schema')
        .updateOne({ _id: 'schema' }, { $set: { version: schemaVersion - 1 } });
      await using storage = await open('migrate');
      const { items } = await storage.accounts.search({ text: 'quen', limit: 9 });
      assert.deepEqual(new Set(items), new Set(made));
    });

    it('is refused when it is newer than the code', async () => {
      await using connected = await connect(url);
      const schemas = connected.connection.collection<Stored>('schema');
      await schemas.updateOne({ _id: 'schema' }, { $set: { version: schemaVersion + 1 } });
      for (const schema of ['migrate', 'check'] as const)
        await assert.rejects(open(schema), { name: 'StorageError', reason: 'too_new' });
    });
  });
});
