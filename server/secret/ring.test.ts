import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { checkInstallation } from './check-installation.ts';
import { exchangeSecret, forgetPrevious } from './exchange.ts';
import { createSecretFollower } from './follow.ts';
import type { Installation } from './installation.ts';
import { createSecretRing, type SecretRing } from './ring.ts';
import { createSecret, generateRoot } from './secret.ts';
import type { OpenSecret } from './secret-file.ts';

/** The record of an installation, as a storage keeps it. */
function createRepository() {
  let stored: Installation | undefined;
  return {
    find: async () => stored,
    insertOnce: async (installation: Installation) => (stored ??= installation),
    async update(installation: Installation, expectedRevision: number) {
      if ((stored?.revision ?? 0) !== expectedRevision) return false;
      stored = { ...installation, revision: expectedRevision + 1 };
      return true;
    },
  };
}

const now = () => Date.now();

/** An installation, and how one of its servers sees it with these secrets in its file. */
async function setUp(...roots: string[]) {
  const repository = createRepository();
  const secret = createSecretRing(roots);
  await checkInstallation(repository, { secret, now: now() });
  const exchange = (root: string, patience = 0) =>
    exchangeSecret({ repository, secret, now }, secret.get(keyIdOf(root)) ?? assert.fail(), patience);
  return { repository, secret, exchange };
}

const keyIdOf = (root: string) => createSecret(root).keyId;

/** A server beside it, whose file changes. */
function createServer(repository: ReturnType<typeof createRepository>, roots: string[]) {
  const ring = createSecretRing(roots);
  const errors: unknown[] = [];
  const reread = () => ring.replace(roots);
  const secret = Object.defineProperties(ring, { reread: { value: reread } }) as OpenSecret;
  const log = { info: () => {}, error: (facts: unknown) => void errors.push(facts) };
  const follower = createSecretFollower({ repository, secret, host: 'b.example', log });
  return { secret, roots, errors, ...follower };
}

describe('an installation secret that is exchanged', () => {
  it('reads what was made with the one before, and writes with the current one', async () => {
    const [before, after] = [generateRoot(), generateRoot()];
    const { secret, exchange } = await setUp(before, after);
    const old = {
      sealed: secret.seal('text', 'context'),
      hash: secret.hash('namespace', 'value'),
      mac: secret.mac('namespace', 'value'),
      cookie: secret.cookieKeyring.sign('cookie'),
      signed: secret.checkpoints.publicKey,
    };
    await exchange(after);
    assert.equal(secret.keyId, keyIdOf(after));
    assert.equal(secret.open(old.sealed, 'context'), 'text');
    assert.deepEqual(secret.hashes('namespace', 'value'), [secret.hash('namespace', 'value'), old.hash]);
    assert.notEqual(secret.hash('namespace', 'value'), old.hash);
    assert.ok(secret.isMac('namespace', 'value', old.mac));
    assert.equal(secret.cookieKeyring.index('cookie', old.cookie), 1);
    assert.equal(secret.cookieKeyring.index('cookie', secret.cookieKeyring.sign('cookie')), 0);
    assert.ok(secret.checkpoints.publicKeys.some((key) => key.equals(old.signed)));
  });

  it('F23 verifies cookies, MACs and checkpoints of every secret before, when these are gone', async () => {
    const roots = [generateRoot(), generateRoot(), generateRoot()];
    const { repository, secret, exchange } = await setUp(...roots);
    const [first = '', ...later] = roots;
    const cookie = secret.cookieKeyring.sign('cookie');
    const mac = secret.mac('namespace', 'value');
    const signed = secret.checkpoints.publicKey;
    for (const root of later) {
      await exchange(root);
      await forgetPrevious({ repository, secret, now });
    }
    const alone = createSecretRing(later.slice(-1));
    await checkInstallation(repository, { secret: alone, now: now() });
    assert.ok(alone.cookieKeyring.verify('cookie', cookie));
    assert.ok(alone.isMac('namespace', 'value', mac));
    assert.ok(alone.checkpoints.publicKeys.some((key) => key.equals(signed)));
    assert.deepEqual(alone.hashes('namespace', 'value'), [alone.hash('namespace', 'value')]);
    assert.ok(!JSON.stringify(await repository.find()).includes(first));
  });

  it('F24 refuses a secret that is not the one in use, and one without the one before that is needed', async () => {
    const [before, after, other] = [generateRoot(), generateRoot(), generateRoot()];
    const { repository, exchange } = await setUp(before, after);
    await exchange(after);
    const open = (...roots: string[]) =>
      checkInstallation(repository, { secret: createSecretRing(roots), now: now() });
    const wrong = { name: 'StorageError', reason: 'wrong_secret' };
    await assert.rejects(open(other), {
      ...wrong,
      message: /another installation secret.*LATCHKEY_SECRET_FILE/,
    });
    await assert.rejects(open(before), wrong);
    const message = new RegExp(`needs the previous one \\(${keyIdOf(before)}\\) still.*LATCHKEY_SECRET_FILE`);
    await assert.rejects(open(after), { ...wrong, message });
    for (const roots of [
      [after, before],
      [before, after],
    ])
      await open(...roots);
  });

  it('goes over on every server that has it in its file, without a restart', async () => {
    const [before, after] = [generateRoot(), generateRoot()];
    const { repository, exchange } = await setUp(before, after);
    const server = createServer(repository, [before]);
    await server.round();
    server.roots.unshift(after);
    const exchanging = exchange(after, 250);
    while (!(await repository.find())?.announced) await delay(1);
    await server.round();
    assert.equal(server.secret.keyId, keyIdOf(before));
    assert.equal(server.secret.hashes('namespace', 'value').length, 2, 'it reads what others write with it');
    await exchanging;
    await server.round();
    assert.equal(server.secret.keyId, keyIdOf(after));
    server.requireFollowed();
  });

  it('is not exchanged where a server does not have it, which says so', async () => {
    const [before, after] = [generateRoot(), generateRoot()];
    const { repository, secret, exchange } = await setUp(before, after);
    const server = createServer(repository, [before]);
    const exchanging = exchange(after, 5000);
    while (!(await repository.find())?.announced) await delay(1);
    await server.round();
    await assert.rejects(exchanging, { code: 'conflict', detail: /b\.example does not have the new secret/ });
    assert.equal(secret.keyId, keyIdOf(before));
    assert.equal((await repository.find())?.announced, undefined);
  });

  it('F23 serves nothing on a server that missed it, until its file has it', async () => {
    const [before, after] = [generateRoot(), generateRoot()];
    const { repository, exchange } = await setUp(before, after);
    const server = createServer(repository, [before]);
    await server.round();
    await exchange(after);
    for (const _ of [1, 2]) await server.round();
    assert.throws(() => server.requireFollowed(), { reason: 'wrong_secret' });
    assert.equal(server.errors.length, 1, 'it is told once');
    server.roots.unshift(after);
    await server.round();
    server.requireFollowed();
  });

  it('is exchanged once at a time, and not again before the exchange is at its end', async () => {
    const roots = [generateRoot(), generateRoot(), generateRoot()];
    const { repository, secret, exchange } = await setUp(...roots);
    const [, second = '', third = ''] = roots;
    await exchange(second);
    await assert.rejects(exchange(third), { code: 'conflict', detail: /secret retire/ });
    await forgetPrevious({ repository, secret, now });
    await exchange(third);
    const rings: SecretRing[] = [createSecretRing(roots)];
    for (const ring of rings) await checkInstallation(repository, { secret: ring, now: now() });
    assert.deepEqual(
      rings.map(({ keyId }) => keyId),
      [keyIdOf(third)],
    );
  });
});
