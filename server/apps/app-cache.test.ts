import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { App } from './app.ts';
import { createAppCache } from './app-cache.ts';
import { builtinApps } from './builtin-apps.ts';

const [account] = builtinApps({ issuer: 'http://localhost:3000', demo: false }) as [App];

/** A storage that counts how often it is asked. */
function countingRepository(apps: Map<string, App>) {
  const repository = {
    asked: 0,
    async findById(id: string) {
      repository.asked += 1;
      return apps.get(id);
    },
    async findByOrigin(origin: string) {
      repository.asked += 1;
      return [...apps.values()].find(({ forwardAuth }) => forwardAuth?.origins.includes(origin));
    },
  };
  return repository;
}

describe('the app cache', () => {
  it('asks the storage once for an app, also for several requests at a time', async () => {
    const repository = countingRepository(new Map([['wiki', { ...account, id: 'wiki' }]]));
    const cache = createAppCache(repository);
    await Promise.all([cache.find('wiki'), cache.find('wiki')]);
    assert.equal((await cache.find('wiki'))?.id, 'wiki');
    assert.equal(repository.asked, 1);
  });

  it('keeps an app by where it is, beside those by their id, until it is cleared', async () => {
    const origin = 'https://wiki.example.com';
    const wiki = { ...account, id: 'wiki', forwardAuth: { origins: [origin] } };
    const apps = new Map<string, App>([['wiki', wiki]]);
    const repository = countingRepository(apps);
    const cache = createAppCache(repository);
    assert.equal(await cache.findByOrigin(origin), wiki);
    assert.equal(await cache.findByOrigin(origin), wiki);
    assert.equal(await cache.find(origin), undefined);
    assert.equal(repository.asked, 2);
    apps.clear();
    cache.clear();
    assert.equal(await cache.findByOrigin(origin), undefined);
  });

  it('sees a change after it was cleared', async () => {
    const apps = new Map([['wiki', { ...account, id: 'wiki', name: 'before' }]]);
    const cache = createAppCache(countingRepository(apps));
    await cache.find('wiki');
    apps.set('wiki', { ...account, id: 'wiki', name: 'after' });
    cache.clear();
    assert.equal((await cache.find('wiki'))?.name, 'after');
  });

  it('asks again when its time is up', async () => {
    let time = 0;
    const repository = countingRepository(new Map([['wiki', account]]));
    const cache = createAppCache(repository, { ttl: 1000, now: () => time });
    await cache.find('wiki');
    time = 1000;
    await cache.find('wiki');
    assert.equal(repository.asked, 2);
  });

  it('remembers neither an absence nor a failure', async () => {
    const apps = new Map<string, App>();
    const repository = countingRepository(apps);
    const cache = createAppCache(repository);
    assert.equal(await cache.find('wiki'), undefined);
    apps.set('wiki', account);
    assert.ok(await cache.find('wiki'));
    const away = () => Promise.reject(new Error('away'));
    const failing = createAppCache({ findById: away, findByOrigin: away });
    await assert.rejects(failing.find('wiki'));
    await assert.rejects(failing.find('wiki'));
  });

  it('knows the apps that the server makes itself without the storage', async () => {
    const repository = countingRepository(new Map());
    const cache = createAppCache(repository, { builtin: [account] });
    assert.equal((await cache.find(account.id))?.name, 'Account');
    assert.equal(repository.asked, 0);
  });

  it('does not grow with the ids that strangers ask for', async () => {
    const repository = countingRepository(new Map(['a', 'b', 'c'].map((id) => [id, account])));
    const cache = createAppCache(repository, { capacity: 2 });
    for (const id of ['a', 'b', 'c', 'c', 'b']) await cache.find(id);
    assert.equal(repository.asked, 3);
    await cache.find('a');
    assert.equal(repository.asked, 4);
  });
});
