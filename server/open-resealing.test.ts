import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../adapters/open.ts';
import { appSample, ticketSample } from '../adapters/storage.contract/samples.ts';
import { newSecret } from './apps/app-secret.ts';
import { createSecretJudge } from './apps/imported-secret.ts';
import { openSigningKey, sealSigningKey } from './oidc/keys.ts';
import { createPairwiseUse } from './oidc/pairwise-use.ts';
import { createVault } from './oidc/vault.ts';
import { openResealing, previousNeeds } from './open-resealing.ts';
import { checkInstallation } from './secret/check-installation.ts';
import { exchangeSecret, settleMs } from './secret/exchange.ts';
import { createPairwise, makeSalt, sealSalt } from './secret/pairwise-salt.ts';
import { createSecretRing } from './secret/ring.ts';
import { createSecret, generateRoot, keyIdOf } from './secret/secret.ts';
import type { Storage } from './storage.ts';

const log = { info: () => {} };

describe('what is stored, after the installation secret was exchanged', () => {
  const roots = [generateRoot(), generateRoot()];
  const [, root = ''] = roots;
  const secret = createSecretRing(roots);
  let storage: Storage;
  let at = Date.now();
  const now = () => at;
  let clientSecret: string;

  before(async () => {
    const url = 'sqlite::memory:';
    storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
    await checkInstallation(storage.installation, { secret, now: now() });
    const vault = createVault(secret);
    const columns = { expiresAt: at + 3_600_000 };
    for (let i = 0; i < 250; i += 1)
      await storage.artifacts.upsert(
        vault.seal({ model: 'AccessToken', rawId: `${i}`, payload: { jti: `${i}` }, columns }),
      );
    const made = newSecret({ hash: secret.hash, now: at - 1000 });
    clientSecret = made.value;
    await storage.apps.insert(appSample({ id: 'app', secrets: [made.secret] }));
    const sealedJwk = sealSigningKey({ id: 'key', jwk: { kty: 'EC' } }, secret);
    const key = {
      id: 'key',
      alg: 'ES256',
      generation: 1,
      status: 'current',
      sealedJwk,
      createdAt: at,
    } as const;
    await storage.signingKeys.insert(key);
    await createPairwiseUse({ storage, secret, now }).noteTold();
    await storage.tickets.insert(ticketSample({ expiresAt: at + 3_600_000 }));
    const next = secret.get(createSecret(root).keyId) ?? assert.fail();
    await exchangeSecret({ repository: storage.installation, secret, now }, next, 0);
  });
  after(() => storage[Symbol.asyncDispose]());

  const previous = async () => (await storage.installation.find())?.previous ?? assert.fail();
  const left = async () => (await previousNeeds({ storage, secret, now }, await previous())).records;

  it('is left alone until every server has gone over', async () => {
    await openResealing({ storage, secret, log, now }).round();
    assert.equal(await left(), 252);
    at += settleMs;
  });

  it('F23 is sealed anew by whoever comes next, where a server was killed half-way', async () => {
    let resealed = 0;
    const dying: Storage = {
      ...storage,
      artifacts: {
        ...storage.artifacts,
        async reseal(artifact, sealed) {
          resealed += 1;
          if (resealed > 120) throw new Error('killed');
          return storage.artifacts.reseal(artifact, sealed);
        },
      },
      leases: { ...storage.leases, release: async () => {} },
    };
    await assert.rejects(openResealing({ storage: dying, secret, log, now }).round(), /killed/);
    // What was under way when it died is written, or not.
    await delay(20);
    const half = await left();
    assert.ok(half > 0 && half < 252, String(half));
    const other = openResealing({ storage, secret, log, now });
    await other.round();
    assert.equal(await left(), half, 'the lease of who died is in force still');
    at += 31_000;
    await Promise.all([other.round(), openResealing({ storage, secret, log, now }).round()]);
    assert.equal(await left(), 0);
    assert.equal((await previous()).finishedAt, at);
  });

  it('needs the secret before for links alone, which are counted, and then for nothing', async () => {
    const needs = await previousNeeds({ storage, secret, now }, await previous());
    assert.deepEqual([needs.records, needs.mails, needs.links], [0, 0, 1]);
    assert.equal(needs.linksUntil, (await previous()).replacedAt + 72 * 3_600_000);
    at += 3_600_000;
    assert.equal((await previousNeeds({ storage, secret, now }, await previous())).links, 0);
    const { items } = await storage.artifacts.listAll({ limit: 1000 });
    for (const { payload } of items) assert.equal(keyIdOf(payload), secret.keyId);
    const alone = createSecret(root);
    const [key = assert.fail()] = await storage.signingKeys.list();
    assert.deepEqual(openSigningKey(key, alone), { kty: 'EC' });
  });

  it('brings what pairwise subs are made of along, also where it is put back as it was before', async () => {
    const { installation } = storage;
    const salt = makeSalt();
    const [before] = roots.map((each) => createSecret(each));
    const stored = (await installation.find()) ?? assert.fail();
    const pairwiseSalt = sealSalt(before ?? assert.fail(), salt);
    assert.ok(await installation.update({ ...stored, pairwiseSalt }, stored.revision ?? 0));
    secret.follow((await installation.find()) ?? assert.fail());
    assert.equal(await left(), 1, 'the secret before is needed still');
    await openResealing({ storage, secret, log, now }).round();
    assert.equal(await left(), 0);
    const alone = createSecretRing([root]);
    const { previous: _, ...after } = (await installation.find()) ?? assert.fail();
    alone.follow(after);
    assert.equal(
      alone.pairwise('notes.example.com', 'ada'),
      createPairwise(salt)('notes.example.com', 'ada'),
    );
  });

  it('lets a client secret from before in without it, and keeps it as a new one from then on', async () => {
    const alone = createSecret(root);
    const judge = createSecretJudge({ apps: storage.apps, secret: alone, onReplaced: () => {}, now });
    const app = async () => (await storage.apps.findById('app')) ?? assert.fail();
    assert.match((await app()).secrets[0]?.hash ?? '', /^hmac-sha256-imported:/);
    assert.equal(await judge(await app(), 'another'), 'unknown');
    assert.equal(await judge(await app(), clientSecret), 'valid');
    assert.match((await app()).secrets[0]?.hash ?? '', /^hmac-sha256:/);
    assert.equal(await judge(await app(), clientSecret), 'valid');
  });
});
