import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { errors } from 'oidc-provider';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../config.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { createAdapterFactory } from './adapter.ts';
import { createVault } from './vault.ts';

function adapterContract(url: string): void {
  let storage: Storage;
  let adapter: ReturnType<typeof createAdapterFactory>;
  const clock = { now: Date.now() };
  const secret = createSecret(generateRoot());

  before(async () => {
    storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
    adapter = createAdapterFactory({
      artifacts: storage.artifacts,
      vault: createVault(secret),
      lifetimes: readConfig({ LATCHKEY_ISSUER: 'http://localhost' }).lifetimes,
      findClient: async () => undefined,
      userCodeHash: (userCode) => secret.hash('user code', userCode),
      now: () => clock.now,
    });
  });

  after(() => storage[Symbol.asyncDispose]());

  const eight = <T>(attempt: () => Promise<T>) => Promise.allSettled(Array.from({ length: 8 }, attempt));

  it('of eight that replay one assertion at once, one is taken', async () => {
    const seen = adapter('ReplayDetection');
    const outcomes = await eight(async () => seen.upsert('jti', { iss: 'app' }, 60));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 7);
    for (const { reason } of refused) assert.ok(reason instanceof errors.InvalidRequest);
    await assert.rejects(async () => seen.upsert('jti', { iss: 'app' }, 60), errors.InvalidRequest);
    clock.now += 61_000;
    await seen.upsert('jti', { iss: 'app' }, 60);
  });

  for (const model of ['AuthorizationCode', 'RefreshToken', 'DeviceCode'])
    it(`of eight that use one ${model} at once, one may, and its grant ends`, async () => {
      const [used, other] = [adapter(model), adapter('AccessToken')];
      const grantId = `grant of ${model}`;
      await used.upsert('the id', { jti: 'the id', grantId, kind: model }, 60);
      await other.upsert(`a token of ${model}`, { jti: 'x', grantId, kind: 'AccessToken' }, 60);
      const outcomes = await eight(async () => used.consume('the id'));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(refused.length, 7);
      for (const { reason } of refused) assert.ok(reason instanceof errors.InvalidGrant, String(reason));
      assert.equal(await other.find(`a token of ${model}`), undefined);
    });

  it('keeps the mark of a use when the record is saved again', async () => {
    const used = adapter('RefreshToken');
    await used.upsert('kept', { jti: 'kept', kind: 'RefreshToken' }, 60);
    await used.consume('kept');
    await used.upsert('kept', { jti: 'kept', kind: 'RefreshToken' }, 60);
    assert.ok((await used.find('kept'))?.consumed);
  });

  it('finds nothing under an id that was moved, and stores no id as it is', async () => {
    const tokens = adapter('AccessToken');
    await tokens.upsert('bearer value', { jti: 'bearer value', kind: 'AccessToken', accountId: 'sub' }, 60);
    assert.equal(await adapter('RefreshToken').find('bearer value'), undefined);
    const stored = await storage.artifacts.find(createVault(secret).idOf('AccessToken', 'bearer value'));
    assert.ok(stored);
    assert.doesNotMatch(JSON.stringify(stored), /bearer value/);
    const other = createVault(secret).idOf('AccessToken', 'another');
    await storage.artifacts.upsert({ ...stored, id: other });
    await assert.rejects(async () => tokens.find('another'), 'sealed under its own id');
  });
}

describe('the adapter of oidc-provider, on SQLite', () => adapterContract('sqlite::memory:'));
describe('the adapter of oidc-provider, on MongoDB', () => withMongo(({ url }) => adapterContract(url)));
