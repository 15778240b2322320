import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { ConflictError } from '../errors.ts';
import { createSecretRing } from '../secret/ring.ts';
import { createSecret, generateRoot, keyIdOf, makeKeyCheck } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { findingResealed } from './finding-resealed.ts';
import { resealArtifacts } from './reseal-artifacts.ts';
import { createVault } from './vault.ts';

const now = Date.now();
const columns = { expiresAt: now + 60_000 };
const roots = [generateRoot(), generateRoot()] as const;
const [old, next] = roots.map((root) => makeKeyCheck(createSecret(root))) as [string, string];

/** How a server sees the secrets that writes with the one before, or with the new one. */
function secretOf(standing: Parameters<ReturnType<typeof createSecretRing>['follow']>[0]) {
  const secret = createSecretRing(roots);
  secret.follow(standing);
  return secret;
}

describe('artifacts while the installation secret is exchanged', () => {
  const behind = secretOf({ keyCheck: old, announced: { keyCheck: next, at: now } });
  const ahead = secretOf({ keyCheck: next, previous: { keyCheck: old, replacedAt: now, rekeyed: 0 } });
  const secrets = [behind, ahead];
  let storage: Storage;
  let artifacts: ReturnType<typeof findingResealed>;

  before(async () => {
    const url = 'sqlite::memory:';
    storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
    artifacts = findingResealed(storage.artifacts);
  });
  after(() => storage[Symbol.asyncDispose]());

  let count = 0;
  const newId = () => `raw-${++count}`;
  const save = (secret: typeof ahead, [model, rawId]: [string, string], more: object = {}) =>
    artifacts.upsert(
      createVault(secret).seal({ model, rawId, payload: { jti: rawId, uid: rawId, ...more }, columns }),
    );
  async function read(secret: typeof ahead, model: string, rawId: string) {
    const vault = createVault(secret);
    const found = await artifacts.find(vault.idOf(model, rawId));
    return found && vault.open<{ said?: string }>(found);
  }
  const reseal = (secret = ahead) =>
    resealArtifacts({ artifacts: storage.artifacts, secret, now: () => now }, async () => {});

  it('are one record, whichever server saves it, before and after it is sealed anew', async () => {
    for (const first of secrets) {
      const rawId = newId();
      await save(first, ['Session', rawId]);
      for (const [i, secret] of [...secrets, ...secrets].entries()) {
        if (i === 2) await reseal();
        await save(secret, ['Session', rawId], { said: `${i}` });
        for (const reader of secrets) assert.equal((await read(reader, 'Session', rawId))?.said, `${i}`);
      }
    }
    const { items } = await storage.artifacts.listAll({ limit: 100 });
    assert.equal(items.length, 2);
  });

  it('F18 are used once, by either server, while they are sealed anew', async () => {
    for (const maker of secrets) {
      const rawId = newId();
      await save(maker, ['RefreshToken', rawId]);
      const uses = Array.from({ length: 20 }, (_, i) => {
        const vault = createVault(secrets[i % 2] ?? ahead);
        return artifacts.recordConsumed(vault.idOf('RefreshToken', rawId), now);
      });
      const [used] = await Promise.all([Promise.all(uses), reseal()]);
      assert.equal(used.filter(Boolean).length, 1);
      for (const secret of secrets) {
        const again = createVault(secret).idOf('RefreshToken', rawId);
        assert.equal(await artifacts.recordConsumed(again, now), false);
      }
    }
  });

  it('O13 are inserted once where that is asked: of servers at either end one at most succeeds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const rawId = newId();
      const insert = (secret: typeof ahead) => {
        const model = 'ReplayDetection';
        const artifact = createVault(secret).seal({ model, rawId, payload: { jti: rawId }, columns });
        return artifacts.insert(artifact, now).then(
          () => true,
          (error) => {
            assert.ok(error instanceof ConflictError);
            return false;
          },
        );
      };
      const inserted = await Promise.all([...secrets, ...secrets].map(insert));
      assert.ok(inserted.filter(Boolean).length <= 1);
      if (inserted.some(Boolean)) for (const secret of secrets) assert.equal(await insert(secret), false);
    }
  });

  it('are ended by the place that a list named, though they were sealed anew meanwhile', async () => {
    const rawId = newId();
    await save(behind, ['Session', rawId]);
    const listed = await artifacts.find(createVault(behind).idOf('Session', rawId));
    await reseal();
    assert.equal(await artifacts.recordConsumed(String(listed?.id), now), true);
    const found = await artifacts.find(createVault(ahead).idOf('Session', rawId));
    assert.equal(found?.consumedAt, now);
  });

  it('find a device by its code, under either secret', async () => {
    const rawId = newId();
    const userCode = `code-${rawId}`;
    const vault = createVault(behind);
    const withCode = { ...columns, userCodeHash: vault.userCodeHash(userCode) };
    const payload = { jti: rawId, userCode };
    await artifacts.upsert(vault.seal({ model: 'DeviceCode', rawId, payload, columns: withCode }));
    for (const _ of ['before', 'after']) {
      for (const secret of secrets) {
        const places = createVault(secret).userCodePlaces(userCode);
        assert.ok(await artifacts.findByUserCode(places));
      }
      await reseal();
    }
    const [current = ''] = createVault(ahead).userCodePlaces(userCode).split(' ');
    assert.ok(await storage.artifacts.findByUserCode(current));
  });

  it('need the secret before no more once they were sealed anew, but for what does not say its id', async () => {
    await save(behind, ['Consent', 'app person'], { appId: 'app', sub: 'person' });
    const silent = { model: 'ApiAnswer', rawId: newId(), payload: {}, columns };
    await artifacts.upsert(createVault(behind).seal(silent));
    await reseal();
    const { items } = await storage.artifacts.listAll({ limit: 1000 });
    const left = items.filter(({ payload }) => keyIdOf(payload) !== ahead.keyId);
    assert.deepEqual(
      left.map(({ model }) => model),
      ['ApiAnswer'],
    );
    const alone = createSecretRing(roots.slice(1));
    alone.follow({ keyCheck: next, former: [] });
    for (const id of ['app person']) assert.ok(await read(ahead, 'Consent', id));
  });

  it('O13 are not found in the place of another, where somebody moved them there in the storage', async () => {
    const [mine, yours] = [newId(), newId()];
    for (const id of [mine, yours]) await save(behind, ['AccessToken', id], { said: id });
    await reseal();
    const find = (id: string) => artifacts.find(createVault(ahead).idOf('AccessToken', id));
    const [own, other] = [await find(mine), await find(yours)];
    assert.ok(own && other?.lookupId);
    await storage.artifacts.remove(other.id);
    await storage.artifacts.upsert({ ...other, id: own.id });
    assert.equal(await find(mine), undefined);
  });
});
