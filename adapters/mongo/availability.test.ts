import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Storage } from '../../server/storage.ts';
import { openStorage } from '../open.ts';
import { groupSample } from '../storage.contract/samples.ts';
import { schemaVersion } from './migrations.ts';
import { closedPort, startProxy, withMongo } from './testing.ts';

const unreachable = { name: 'StorageError', reason: 'unreachable' };
const options = { role: 'server', schema: 'migrate' } as const;

/** Asserts that something takes at most so long. */
async function within<T>(milliseconds: number, operation: PromiseLike<T>): Promise<T> {
  const begin = performance.now();
  try {
    return await operation;
  } finally {
    const took = performance.now() - begin;
    assert.ok(took < milliseconds, `it took ${Math.round(took)} ms`);
  }
}

async function becomesReady(storage: Storage): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isReady = await storage.ping().then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await sleep(100);
  }
  assert.fail('it did not become ready');
}

withMongo(({ urlOn, ...server }) => {
  describe('MongoDB that is away', () => {
    it('F29 is waited for in the background, and prepared when it comes', async () => {
      const port = await closedPort();
      const url = urlOn(port);
      await using storage = await within(500, openStorage({ ...options, url, waitUntilReady: false }));
      await within(500, assert.rejects(storage.ping(), unreachable));
      await within(500, assert.rejects(storage.groups.insert(groupSample()), unreachable));
      await within(500, assert.rejects(storage.revision(), unreachable));
      await using proxy = await startProxy(server, port);
      assert.equal(proxy.port, port);
      await becomesReady(storage);
      assert.deepEqual(await storage.schemaVersion(), { stored: schemaVersion, code: schemaVersion });
      const group = groupSample();
      await storage.groups.insert(group);
      assert.deepEqual(await storage.groups.findById(group.id), group);
    });

    it('is refused by who waits for it', async () => {
      const url = urlOn(await closedPort());
      await within(6000, assert.rejects(openStorage({ ...options, url, waitUntilReady: true }), unreachable));
    });

    it('is given up when the storage closes', async () => {
      const url = urlOn(await closedPort());
      const storage = await openStorage({ ...options, url, waitUntilReady: false });
      await within(5000, storage[Symbol.asyncDispose]());
      await assert.rejects(storage.ping(), unreachable);
    });

    it('F6 is noticed by a ping within 2 s when it goes silent, by others soon, and is back by itself', async () => {
      await using proxy = await startProxy(server);
      await using storage = await openStorage({ ...options, url: urlOn(proxy.port), waitUntilReady: true });
      await storage.ping();
      proxy.silence();
      await within(2000, assert.rejects(storage.ping(), unreachable));
      const calls = [storage.groups.findById('any'), storage.groups.insert(groupSample())];
      await within(10_000, Promise.all(calls.map((call) => assert.rejects(call, unreachable))));
      proxy.resume();
      await becomesReady(storage);
    });

    it('F5 is used again after its connections broke', async () => {
      const first = await startProxy(server);
      await using storage = await openStorage({ ...options, url: urlOn(first.port), waitUntilReady: true });
      const group = groupSample();
      await storage.groups.insert(group);
      await first[Symbol.asyncDispose]();
      await assert.rejects(storage.ping(), unreachable);
      await using _second = await startProxy(server, first.port);
      await becomesReady(storage);
      assert.deepEqual(await storage.groups.findById(group.id), group);
    });
  });
});
