import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StorageError } from '../errors.ts';
import { startApplication } from '../testing/http-fixture.ts';
import { type Checks, createReadiness } from './health.ts';

const start = (checks: Checks, readiness = createReadiness(checks)) =>
  startApplication(() => {}, { readiness });

describe('health', () => {
  it('is live whatever the storage does, under any host name', async () => {
    await using app = await start({ storage: () => Promise.reject(new Error('away')) });
    const { status, body } = await app.send('/health/live', { headers: { Host: '10.0.0.7:3000' } });
    assert.deepEqual([status, body], [200, '{"status":"live"}']);
  });

  it('is ready while every part works', async () => {
    await using app = await start({ storage: async () => {} });
    const { status, body } = await app.send('/health/ready', { headers: { Host: 'probe' } });
    assert.deepEqual([status, JSON.parse(body)], [200, { status: 'ready', parts: { storage: 'ok' } }]);
  });

  it('tells facts that stop nothing', async () => {
    const readiness = createReadiness({}, () => ({ metadata: { no: 0, failure: 'unreachable' } }));
    await using app = await start({}, readiness);
    const { status, body } = await app.send('/health/ready');
    const metadata = { no: 0, failure: 'unreachable' };
    assert.deepEqual([status, JSON.parse(body)], [200, { status: 'ready', parts: {}, metadata }]);
  });

  it('is not ready without its storage, and says no more than why', async () => {
    const away = new StorageError('unreachable', 'mongodb://user:SECRET@host');
    await using app = await start({
      storage: () => Promise.reject(away),
      other: () => Promise.reject(new Error('SECRET')),
    });
    const { status, body } = await app.send('/health/ready');
    assert.deepEqual([status, JSON.parse(body).parts], [503, { storage: 'unreachable', other: 'failed' }]);
    assert.doesNotMatch(body, /SECRET/);
  });

  it('F6 answers within 2 s when a part does not answer at all', async () => {
    await using app = await start({ storage: () => new Promise(() => {}) });
    const begun = performance.now();
    const { status, body } = await app.send('/health/ready');
    assert.deepEqual([status, JSON.parse(body).parts], [503, { storage: 'timeout' }]);
    assert.ok(performance.now() - begun < 2100);
  });

  it('F21 is not ready once the server is stopping', async () => {
    const readiness = createReadiness({});
    await using app = await start({}, readiness);
    assert.equal((await app.send('/health/ready')).status, 200);
    readiness.stopping = true;
    assert.equal((await app.send('/health/ready')).status, 503);
    assert.equal((await app.send('/health/live')).status, 200);
  });
});
