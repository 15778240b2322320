import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { ShownEvent } from '../audit/seal.ts';
import { type CommandFixture, openCommandFixture } from '../testing/command.ts';

describe('latchkey audit', () => {
  let fixture: CommandFixture;
  let checkpoints: string;
  const run = (...args: string[]) => fixture.latchkey('audit', ...args);
  const json = (...args: string[]) => run(...args, '--json').json<Record<string, unknown>>();

  before(async () => {
    fixture = await openCommandFixture();
    checkpoints = join(fixture.dataDir, '..', 'checkpoints');
    fixture = {
      ...fixture,
      ...fixture.with({ LATCHKEY_AUDIT_CHECKPOINTS: checkpoints }),
      with: fixture.with,
    };
    await fixture.start();
    await fixture.stop();
    for (const name of ['one', 'two']) assert.equal(fixture.latchkey('group', 'add', name).status, 0);
  });
  after(() => fixture[Symbol.asyncDispose]());

  it('lists what happened, newest first, as lines and as JSON', () => {
    const { items } = run('list', '--type', 'group.added', '--json').json<{ items: ShownEvent[] }>();
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ['done', 'intent', 'done', 'intent'],
    );
    const [first] = items;
    assert.match(run('list').stdout, /AT +WHAT +OUTCOME/);
    assert.match(run('list', '--type', 'group.added').stdout, /group\.added +done/);
    const page = run('list', '--limit', '1', '--json').json<{ items: ShownEvent[]; next: string }>();
    const rest = run('list', '--after', page.next, '--json').json<{ items: ShownEvent[] }>();
    assert.ok(rest.items.every(({ id }) => id !== page.items[0]?.id));
    assert.equal(run('list', '--before', new Date(first?.at ?? 0).toISOString()).status, 0);
    for (const wrong of [
      ['--since', 'soon'],
      ['--limit', '0'],
      ['--limit', 'all'],
    ])
      assert.equal(run('list', ...wrong).status, 1, wrong.join(' '));
  });

  it('exports JSON Lines, the oldest first', () => {
    const lines = run('export')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ShownEvent);
    assert.ok(lines.length >= 4);
    assert.deepEqual(
      lines,
      lines.toSorted((a, b) => a.at - b.at),
    );
  });

  it('follows for a while', () => {
    assert.deepEqual([run('tail', '--seconds', '1').status, run('tail', '--seconds', '1').stdout], [0, '']);
  });

  it('prints the key that checkpoints are verified with', () => {
    const { kty, crv, kid, d } = json('key');
    assert.deepEqual([kty, crv, typeof kid, d], ['OKP', 'Ed25519', 'string', undefined]);
  });

  it('verifies, and exits with 1 where something was done to it', async () => {
    await fixture.start();
    await fixture.stop();
    const sound = json('verify');
    assert.equal(sound.problems, 0);
    assert.ok(Number(sound.checkpoints) > 0);
    assert.equal(run('verify').status, 0);
    using db = new DatabaseSync(join(fixture.dataDir, 'latchkey.sqlite'), { timeout: 5000 });
    const last = db.prepare('SELECT record FROM auditCheckpoints ORDER BY no DESC LIMIT 1').get();
    const { jws } = JSON.parse(String(last?.record));
    writeFileSync(checkpoints, `${jws}\n`);
    assert.equal(run('verify', '--checkpoints', checkpoints).status, 0);
    db.exec("DELETE FROM auditEvents WHERE record ->> '$.outcome' = 'done'");
    const broken = run('verify', '--json');
    assert.equal(broken.status, 1);
    assert.match(broken.stdout, /tail_removed|event_removed/);
    assert.match(run('verify').stdout, /was removed/);
    db.exec('DELETE FROM auditEvents; DELETE FROM auditCheckpoints');
    assert.equal(run('verify').status, 0);
    const beside = run('verify', '--checkpoints', checkpoints);
    assert.equal(beside.status, 1);
    assert.match(beside.stdout, /checkpoint was removed/);
    assert.ok(readFileSync(checkpoints, 'utf8').length > 0);
    const missing = run('verify', '--checkpoints', join(fixture.dataDir, 'nowhere'));
    assert.equal(missing.status, 1);
  });
});
