import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeSecret } from '../apps/app-secret.ts';
import type { ErrorCode } from '../errors.ts';
import { openAdministration } from '../testing/administration.ts';

const code = (expected: ErrorCode) => ({ name: 'AppError', code: expected });
const wiki = {
  id: 'wiki',
  name: 'Wiki',
  kind: 'web',
  redirectUris: ['https://wiki.example.com/callback'],
} as const;
const input = (more: object = {}) => ({ ...wiki, redirectUris: [...wiki.redirectUris], ...more });

describe('registering an app', () => {
  it('shows its secret once and keeps a hash', async () => {
    await using installation = await openAdministration();
    const { machine, storage, hash, clock } = installation;
    const { secret = '' } = await machine.apps.add(input());
    const stored = await storage.apps.findById('wiki');
    assert.ok(stored);
    assert.equal(judgeSecret({ app: stored, presented: secret, hash, now: clock.now }), 'valid');
    assert.ok(!JSON.stringify(stored).includes(secret));
    assert.ok(!JSON.stringify(await machine.apps.show({ id: 'wiki' })).includes('hmac-sha256:'));
    assert.deepEqual(await installation.eventTypes(), ['app.added']);
  });

  it('is refused for an id that is taken and for a wrong address', async () => {
    await using installation = await openAdministration();
    const { apps } = installation.machine;
    await apps.add(input());
    await assert.rejects(apps.add(input()), { ...code('field_invalid'), field: 'id' });
    await assert.rejects(apps.add(input({ id: 'other', redirectUris: ['http://wiki.example.com/'] })), {
      ...code('field_invalid'),
      field: 'redirectUris',
      detail: /wiki\.example\.com\/ begins with http/,
    });
    assert.equal((await apps.list({ limit: 10 })).items.length, 1);
  });
});

describe('an app', () => {
  it('gets a second secret, and the first one ends', async () => {
    await using installation = await openAdministration();
    const { machine, storage, hash, clock } = installation;
    const first = await machine.apps.add(input());
    const second = await machine.apps.rotateSecret({ id: 'wiki', previousHours: 1 });
    const app = await storage.apps.findById('wiki');
    assert.ok(app);
    const matches = (presented = '', now = clock.now) =>
      judgeSecret({ app, presented, hash, now }) === 'valid';
    assert.deepEqual([matches(first.secret), matches(second.secret)], [true, true]);
    const later = clock.now + 60 * 60 * 1000;
    assert.deepEqual([matches(first.secret, later), matches(second.secret, later)], [false, true]);
  });

  it('without a secret gets none', async () => {
    await using installation = await openAdministration();
    await installation.machine.apps.add(input({ kind: 'browser' }));
    await assert.rejects(
      installation.machine.apps.rotateSecret({ id: 'wiki', previousHours: 0 }),
      code('field_invalid'),
    );
  });

  it('takes everything that was issued to it along when it is removed', async () => {
    await using installation = await openAdministration();
    const { machine, storage } = installation;
    await machine.apps.add(input());
    await storage.artifacts.upsert({ id: '1', model: 'AccessToken', payload: 'sealed', appId: 'wiki' });
    await storage.artifacts.upsert({ id: '2', model: 'AccessToken', payload: 'sealed', appId: 'other' });
    assert.deepEqual(await machine.apps.remove({ id: 'wiki' }), { removed: true, ended: 1 });
    assert.equal(await storage.artifacts.find('1'), undefined);
    assert.ok(await storage.artifacts.find('2'));
    await assert.rejects(machine.apps.show({ id: 'wiki' }), code('not_found'));
    await assert.rejects(machine.apps.remove({ id: 'wiki' }), code('not_found'));
  });
});
