import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { hashSync } from 'bcryptjs';
import { appSample } from '../../adapters/storage.contract/samples.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { App, AppSecret } from './app.ts';
import { keptHash } from './app-secret.ts';
import { createBcrypt } from './bcrypt.ts';
import { createSecretJudge, type ImportedHash, importedSecretHash, isImportable } from './imported-secret.ts';

const now = 1_800_000_000_000;
const value = 'UaP302HiScvKioxuJI7b8Onfy9KrZL5U';
const before = createSecret(generateRoot());
const secret = createSecret(generateRoot());

const forms: Record<string, ImportedHash> = {
  bcrypt: { scheme: 'bcrypt', hash: hashSync(value, 4) },
  'plain SHA-256': { scheme: 'sha256', hash: createHash('sha256').update(value).digest('hex') },
  'that of another Latchkey': {
    scheme: 'latchkey',
    hash: keptHash(before.hash, value),
    key: before.carryHashKey(),
  },
};

function appWith(imported: ImportedHash, more: Partial<AppSecret> = {}) {
  const id = 'wiki';
  const hash = importedSecretHash(imported, { appId: id, secretId: 's1', seal: secret.seal });
  return appSample({ id, secrets: [{ id: 's1', hash, createdAt: now, ...more }] });
}

function open(app: App) {
  const stored = { app, replaced: 0 };
  const judge = createSecretJudge({
    apps: {
      async update(next, expected) {
        if (stored.app.revision !== expected) return false;
        stored.app = next;
        return true;
      },
    },
    secret,
    onReplaced: () => {
      stored.replaced += 1;
    },
    now: () => now,
  });
  return { stored, judge: (presented: string) => judge(stored.app, presented) };
}

describe('a client secret from elsewhere', () => {
  for (const [name, imported] of Object.entries(forms))
    it(`kept as ${name} is taken, and kept as our own from then on`, async () => {
      assert.ok(isImportable(imported));
      const { stored, judge } = open(appWith(imported));
      assert.equal(await judge(`${value}x`), 'unknown');
      assert.equal(await judge(''), 'unknown');
      assert.equal(stored.replaced, 0);
      assert.equal(await judge(value), 'valid');
      assert.equal(stored.app.secrets[0]?.hash, keptHash(secret.hash, value));
      assert.equal(await judge(value), 'valid');
      assert.deepEqual([stored.replaced, stored.app.revision], [1, 1]);
    });

  it('ends when it ends', async () => {
    for (const imported of Object.values(forms)) {
      const { judge } = open(appWith(imported, { expiresAt: now }));
      assert.equal(await judge(value), 'expired');
      assert.equal(await judge('another'), 'unknown');
    }
  });

  it('is taken also where another use was quicker to write it', async () => {
    const { stored, judge } = open(appWith(forms.bcrypt as ImportedHash));
    assert.deepEqual(await Promise.all([judge(value), judge(value), judge(value)]), Array(3).fill('valid'));
    assert.equal(stored.app.revision, 1);
  });

  it('tells nothing without the secret of this installation, and nothing of another app', () => {
    const { hash = '' } = appWith(forms['that of another Latchkey'] as ImportedHash).secrets[0] ?? {};
    assert.ok(!hash.includes(before.carryHashKey()));
    const moved = appSample({ id: 'other', secrets: [{ id: 's1', hash, createdAt: now }] });
    return assert.rejects(open(moved).judge(value));
  });

  it('is not taken in a form that would cost minutes, or says nothing', () => {
    for (const hash of ['$2a$31$', '$2a$14$', '$2x$10$'].map((start) => `${start}${'a'.repeat(53)}`))
      assert.equal(isImportable({ scheme: 'bcrypt', hash }), false, hash);
    assert.equal(isImportable({ scheme: 'sha256', hash: 'abc' }), false);
    assert.equal(isImportable({ scheme: 'latchkey', hash: 'hmac-sha256:abc', key: 'x' }), false);
  });

  it('of more than 72 bytes is not what bcrypt has cut off', async () => {
    const long = 'x'.repeat(72);
    const { judge } = open(appWith({ scheme: 'bcrypt', hash: hashSync(long, 4) }));
    assert.equal(await judge(`${long}y`), 'unknown');
    assert.equal(await judge(long), 'valid');
  });

  it('holds nobody else up while it is compared, and not too many wait', async () => {
    const hash = hashSync(value, 8);
    const bcrypt = createBcrypt();
    const begun = performance.now();
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => bcrypt.matches(value, hash)));
    clearInterval(timer);
    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 32);
    assert.equal(await bcrypt.matches(value, hash), true);
    assert.ok(longest < (performance.now() - begun) / 4, `${longest} ms`);
  });
});
