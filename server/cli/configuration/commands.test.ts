import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CommandFixture, openCommandFixture } from '../../testing/command.ts';

const written = `# What our people sign in to.
groups:
  - name: Staff
    description: All of us
apps:
  - id: wiki
    name: Wiki
    kind: web
    redirectUris:
      - https://wiki.example.com/callback
    allowedGroups: [staff]
policy:
  groups:
    Staff:
      leastPasskeys: 2
`;

const withApi = `${written}apis:
  - audience: https://api.example.com/wiki
    name: Wiki pages
    scopes:
      - name: pages
        sentence: Read the pages that you may read.
    apps:
      - id: wiki
        people: [pages]
`;

describe('latchkey apply', () => {
  let fixture: CommandFixture;
  let file: string;
  before(async () => {
    fixture = await openCommandFixture();
    file = join(fixture.dataDir, 'latchkey.yaml');
    await fixture.start();
    await fixture.stop();
  });
  after(() => fixture[Symbol.asyncDispose]());

  const apply = (text: string, ...options: string[]) => {
    writeFileSync(file, text);
    return fixture.latchkey('apply', file, ...options);
  };

  it('plans, does, and has nothing to do the second time', () => {
    const planned = apply(written, '--dry-run');
    assert.equal(planned.status, 0, planned.stderr);
    assert.equal(
      planned.stdout,
      `${['  create   group Staff', '  create   app wiki', '  change   rule for group Staff', '  The rules would turn away 0 of 0 people.'].join('\n')}\n`,
    );
    assert.match(fixture.latchkey('app', 'list').stdout, /There are no apps/);
    const unasked = apply(written);
    assert.equal(unasked.status, 1);
    assert.match(unasked.stderr, /nothing was done: --yes does it/);
    const done = apply(written, '--yes');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /Done\.\nClient secret of wiki: [\w-]{43}\n/);
    assert.equal(apply(written, '--yes').stdout, 'Nothing to do.\n');
    const changed = apply(
      written.replace('kind: web', 'kind: web\n    consent: implicit'),
      '--yes',
      '--json',
    );
    const { plan, secrets } = changed.json<{ plan: { apps: unknown[] }; secrets: object }>();
    assert.deepEqual([plan.apps, secrets], [[{ action: 'change', name: 'wiki', fields: ['consent'] }], {}]);
  });

  it('defines APIs, and names the line of what is wrong with one', () => {
    const planned = apply(withApi, '--dry-run');
    assert.match(planned.stdout, /^ {2}create {3}API https:\/\/api\.example\.com\/wiki$/m);
    assert.match(fixture.latchkey('api', 'list').stdout, /There are no APIs/);
    assert.equal(apply(withApi, '--yes').status, 0);
    assert.equal(apply(withApi, '--yes').stdout, 'Nothing to do.\n');
    const { stderr } = apply(withApi.replace('people: [pages]', 'people: [pages, more]'), '--yes');
    assert.match(stderr, /latchkey\.yaml:23: apis\.0\.apps\.0 more is no scope of this API/);
  });

  it('prints what there is as a file that has nothing to do', () => {
    const { stdout } = fixture.latchkey('config', 'show');
    assert.match(stdout, /^groups:\n {2}- name: Staff\n/);
    assert.equal(apply(stdout, '--prune', '--yes').stdout, 'Nothing to do.\n');
    assert.equal(apply(fixture.latchkey('config', 'show', '--json').stdout).stdout, 'Nothing to do.\n');
  });

  it('removes what the file does not name only where it is told to', () => {
    assert.equal(apply('apps: []\n').stdout, 'Nothing to do.\n');
    assert.equal(apply('apps: []\n', '--prune', '--yes').stdout, '  remove   app wiki\nDone.\n');
    assert.match(fixture.latchkey('group', 'list').stdout, /Staff/);
  });

  it('writes the secrets of new apps into a file that only its owner may read, and keeps what is in it', () => {
    const secrets = join(fixture.dataDir, 'secrets.json');
    writeFileSync(secrets, '{ "other": "x" }', { mode: 0o644 });
    const { stdout } = apply(written, '--yes', '--secrets-file', secrets);
    assert.doesNotMatch(stdout, /secret/);
    const kept = JSON.parse(readFileSync(secrets, 'utf8'));
    assert.deepEqual([Object.keys(kept), statSync(secrets).mode & 0o777], [['other', 'wiki'], 0o600]);
    const twin = written.replaceAll('wiki', 'wiki2');
    const refused = apply(twin, '--yes', '--secrets-file', '/proc/nowhere/secrets.json');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /cannot be written/);
    assert.match(apply(twin, '--dry-run').stdout, /create {3}app wiki2/, 'nothing was made');
  });

  it('names the line of every mistake', () => {
    const mistakes: [text: string, expected: RegExp][] = [
      ['groups:\n  - nam: Staff\n', /latchkey\.yaml:2: groups\.0\.nam is not known/],
      [written.replace('https://wiki', 'http://wiki'), /latchkey\.yaml:9: apps\.0\.redirectUris .*https/],
      [written.replace('[staff]', '[nobody]'), /latchkey\.yaml:11: apps\.0\.allowedGroups there is no group/],
      [
        written.replace('leastPasskeys: 2', 'leastPasskeys: 0'),
        /latchkey\.yaml:15: policy\.groups\.Staff\.least/,
      ],
      ['groups: []\ngroups: []\n', /latchkey\.yaml:2: .*unique/],
      ['groups: [\n', /latchkey\.yaml:\d: /],
      ['a: !!js/function x\n', /latchkey\.yaml:1: .*tag/],
      ['groups: []\n---\ngroups: []\n', /latchkey\.yaml:2: .*multiple documents/],
      ['- 1\n', /latchkey\.yaml/],
    ];
    for (const [text, expected] of mistakes) {
      const { status, stderr } = apply(text, '--yes');
      assert.equal(status, 1, text);
      assert.match(stderr, expected);
    }
    assert.match(fixture.latchkey('apply', 'nothing.yaml').stderr, /nothing\.yaml cannot be read/);
  });
});
