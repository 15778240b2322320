import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { errors } from 'oidc-provider';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../config.ts';
import { openSessions } from '../open-sessions.ts';
import { createSecretRing } from '../secret/ring.ts';
import { generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { createAdapterFactory } from './adapter.ts';
import { createReplays } from './replays.ts';
import { createVault } from './vault.ts';

function adapterContract(url: string): void {
  let storage: Storage;
  let adapter: ReturnType<typeof createAdapterFactory>;
  const clock = { now: Date.now() };
  let sector = '';
  const told: string[] = [];
  const secret = createSecretRing([generateRoot()]);

  before(async () => {
    storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
    const now = () => clock.now;
    const { vault, sessionEnds } = openSessions({ storage, secret, findApp: async () => undefined, now });
    adapter = createAdapterFactory({
      artifacts: storage.artifacts,
      vault,
      endSession: sessionEnds.endStored,
      lifetimes: readConfig({ LATCHKEY_ISSUER: 'http://localhost' }).lifetimes,
      findClient: async () => undefined,
      problemOf: () => undefined,
      grantSectors: { sectorNow: async () => sector, noteTold: async () => void told.push(sector) },
      now,
    });
  });

  after(() => storage[Symbol.asyncDispose]());

  const eight = <T>(attempt: () => Promise<T>) => Promise.allSettled(Array.from({ length: 8 }, attempt));

  it('F18 of eight that replay one assertion or proof at once, one is taken: 200 rounds', async () => {
    const { artifacts } = storage;
    const remember = createReplays({ artifacts, vault: createVault(secret), now: () => clock.now });
    for (let round = 0; round < 200; round += 1) {
      const outcomes = await eight(() => remember('app', `jti ${round}`, clock.now + 60_000));
      assert.equal(outcomes.filter((outcome) => 'value' in outcome && outcome.value).length, 1);
    }
    assert.equal(await remember('app', 'jti 0', clock.now + 60_000), false);
    assert.equal(await remember('another app', 'jti 0', clock.now + 60_000), true);
    clock.now += 61_000;
    assert.equal(await remember('app', 'jti 0', clock.now + 60_000), true);
  });

  it('F18 of eight that are answered on one pushed request at once, one is: 200 rounds', async () => {
    const pushed = adapter('PushedAuthorizationRequest');
    for (let round = 0; round < 200; round += 1) {
      await pushed.upsert(`request ${round}`, { jti: `request ${round}` }, 60);
      const outcomes = await eight(async () => pushed.consume(`request ${round}`));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(refused.length, 7);
      for (const { reason } of refused) assert.ok(reason instanceof errors.InvalidRequestUri);
    }
  });

  it('keeps the mark of a pushed request for as long as a sign-in with it may take', async () => {
    const pushed = adapter('PushedAuthorizationRequest');
    await pushed.upsert('kept', { jti: 'kept' }, 60);
    await pushed.consume('kept');
    await storage.artifacts.removeExpired(clock.now + 29 * 60_000);
    assert.ok((await pushed.find('kept'))?.consumed);
  });

  it('of eight that confirm one code of a device at once, one may go on', async () => {
    const codes = adapter('DeviceCode');
    await codes.upsert('code', { userCode: 'BCDFGHJK' }, 60);
    const outcomes = await eight(async () => codes.upsert('code', { inFlight: true }, 60));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 7);
    for (const { reason } of refused) assert.ok(reason instanceof errors.InvalidRequest);
    await codes.upsert('code', { inFlight: true, accountId: 'sub' }, 60);
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

  it('finds no grant that was given while its app was of another sector, and notes that there is one', async () => {
    const grants = adapter('Grant');
    const given = (jti: string) => grants.upsert(jti, { jti, kind: 'Grant', clientId: 'notes' }, 60);
    await given('public');
    assert.ok(await grants.find('public'));
    assert.deepEqual(told, []);
    sector = 'notes.example.com';
    assert.equal(await grants.find('public'), undefined);
    await given('pairwise');
    assert.deepEqual([(await grants.find('pairwise'))?.sector, told], [sector, [sector]]);
    sector = '';
    assert.equal(await grants.find('pairwise'), undefined);
    assert.ok(await grants.find('public'));
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
