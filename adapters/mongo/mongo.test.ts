import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openStorage } from '../open.ts';
import { everyContract } from '../storage.contract/every-noun.ts';
import { isServed, type SeenIndex, type SeenQuery, watchQueries } from './query-testing.ts';
import { connect, withMongo } from './testing.ts';

/** What reads all of a collection on purpose: it never has more than a few records. */
const readsAll: readonly string[] = ['installation', 'signingKeys', 'receiptKeys'];

/** A migration reads everything, once; of one change there are three events at most, which are sorted as they come. */
const onPurpose: readonly string[] = [
  ...['accounts', 'groups', 'apps'].map((collection) => `${collection} {"terms":{"$exists":false}} {}`),
  'auditEvents {"changeId":"…"} {"at":1,"sequence":1}',
];

/** One that asks whether there is anything at all reads one record. */
const isAny = ({ filter }: SeenQuery) => Object.keys(filter).length === 0;

withMongo(({ url }) => {
  const queries = watchQueries();
  after(() => queries[Symbol.dispose]());

  everyContract('MongoDB', () =>
    openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true }),
  );

  describe('every query that the contract asked of MongoDB', () => {
    it('is served by one index, with its order', async () => {
      assert.ok(queries.seen.length > 1000);
      await using connected = await connect(url);
      const indexes = new Map<string, SeenIndex[]>();
      const unserved = new Set<string>();
      for (const query of [...queries.seen]) {
        const { collection } = query;
        if (readsAll.includes(collection) || (isAny(query) && Object.keys(query.sort).length === 0)) continue;
        const known =
          indexes.get(collection) ??
          ((await connected.connection.collection(collection).indexes()) as SeenIndex[]);
        indexes.set(collection, known);
        if (!isServed(query, known)) unserved.add(shapeOf(query));
      }
      assert.deepEqual(
        [...unserved].filter((shape) => !onPurpose.includes(shape)),
        [],
      );
    });
  });
});

const shapeOf = ({ collection, filter, sort }: SeenQuery) =>
  `${collection} ${JSON.stringify(filter, (_, value) => (typeof value === 'string' ? '…' : value))} ${JSON.stringify(sort)}`;
