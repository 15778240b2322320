import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStorage } from '../open.ts';
import { beginsWith, listQueries } from '../queries.ts';
import { connect, withMongo } from './testing.ts';

/** Where the stored field has another name than the record's. */
const storedNames: Record<string, string> = { id: '_id', expiresAt: 'removeAt', actorId: 'actor.id' };

withMongo(({ url }) => {
  describe('the queries of MongoDB', () => {
    it('find their index', async () => {
      await (await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true }))[
        Symbol.asyncDispose
      ]();
      await using connected = await connect(url);
      for (const { name, table, fields } of listQueries()) {
        const stored = fields.map((field) => storedNames[field] ?? field);
        const indexes = await connected.connection.collection(table).indexes();
        assert.ok(
          indexes.some(({ key }) => beginsWith(Object.keys(key), stored)),
          name,
        );
      }
    });

    it('of what expires are relieved by MongoDB itself', async () => {
      await using connected = await connect(url);
      for (const table of [
        'artifacts',
        'invitations',
        'signIns',
        'challenges',
        'tickets',
        'proofs',
        'receipts',
        'passkeyEvents',
        'figures',
      ]) {
        const indexes = await connected.connection.collection(table).indexes();
        assert.ok(
          indexes.some(({ key, expireAfterSeconds }) => 'removeAt' in key && expireAfterSeconds === 0),
          table,
        );
      }
    });
  });
});
