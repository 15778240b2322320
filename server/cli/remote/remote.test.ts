import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { NewApp } from '../../apps/validation.ts';
import { addApp } from '../../testing/app-under-test.ts';
import type { TestBrowser } from '../../testing/browser.ts';
import { type CommandLine, openCommandLine } from '../../testing/command-line.ts';
import { answerDevice, typeCode } from '../../testing/device.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, allow, setUp } from '../../testing/journeys.ts';
import { newKeyPair } from '../../testing/machine.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';

onSqlite('the command at another computer', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let computer: CommandLine;
  let server: string[];

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    computer = openCommandLine();
    server = ['--server', installation.origin];
    await login(ada);
  });
  after(() => computer[Symbol.dispose]());

  /** Types the code that is shown, as the person does. */
  async function login(browser: TestBrowser, answer: 'confirm' | 'abort' = 'confirm') {
    const typed: Promise<unknown>[] = [];
    const done = await computer.run(['login', ...server, '--json'], {
      onErr: (text) => {
        const code = /type the code {2}(\S+) /.exec(text)?.[1];
        if (code) typed.push(connect(browser, code, answer));
      },
    });
    await Promise.all(typed);
    return done;
  }

  async function connect(browser: TestBrowser, code: string, answer: 'confirm' | 'abort') {
    const page = await answerDevice(browser, await typeCode(browser, code), answer);
    if (answer === 'confirm') await browser.follow(await allow(browser, page));
  }

  const tokensFile = () => join(computer.home, '.config/latchkey/tokens.json');
  const tokens = () => JSON.parse(readFileSync(tokensFile(), 'utf8'))[installation.origin];

  it('signs in by a code that a person types elsewhere, and keeps tokens that nobody else reads', async () => {
    const { status, out, err } = await login(ada);
    assert.equal(status, 0, err);
    assert.ok(JSON.parse(out).scopes.includes('apps:write'));
    assert.match(err, new RegExp(`open\n\n {2}${installation.origin}/device\n`));
    assert.match(err, /[▀█▄]{10}/, 'a QR code');
    assert.match(err, /Waiting, 10:00 left/);
    assert.equal(statSync(tokensFile()).mode & 0o777, 0o600);
    assert.equal(statSync(join(tokensFile(), '..')).mode & 0o777, 0o700);
  });

  it('does there what it does on the machine, with the same words', async () => {
    const run = (...args: string[]) => computer.run([...args, ...server]);
    const added = await run(
      'app',
      'add',
      'Wiki',
      '--id',
      'wiki',
      '--redirect',
      'https://wiki.example.com/cb',
    );
    assert.equal(added.status, 0, added.err);
    assert.match(added.out, /Client secret: [\w-]{43}/);
    assert.equal((await installation.storage.apps.findById('wiki'))?.name, 'Wiki');
    const wrong = await run('app', 'update', 'wiki', '--redirect', 'http://wiki.example.com/cb');
    assert.equal(wrong.status, 1);
    assert.match(wrong.err, /redirectUris http:\S+ begins with http: .*must be https/);
    assert.equal((await run('app', 'show', 'nothing')).err, 'There is no app "nothing".\n');
    assert.match((await run('user', 'list')).out, /ada +Ada Lovelace +administrator/);
    assert.equal((await run('user', 'disable', 'ada')).status, 1);
    assert.match((await run('group', 'add', 'a/b?c')).out, /Made the group/);
    assert.match((await run('group', 'add-member', 'a/b?c', 'ada')).out, /ada is now in a\/b\?c/);
    assert.equal((await run('app', 'remove', 'wiki')).status, 0);
  });

  it('applies a file there', async () => {
    const file = join(computer.home, 'file.yaml');
    writeFileSync(file, 'groups: [{ name: Staff }]\napps:\n  - { id: phone, name: Phone, kind: device }\n');
    const env = { LATCHKEY_SERVER: installation.origin };
    const applied = await computer.run(['apply', file], { env, ask: async () => 'y' });
    assert.equal(applied.status, 0, applied.err);
    assert.match(applied.out, /create {3}app phone\nDone\./);
    assert.equal((await computer.run(['apply', file], { env })).out, 'Nothing to do.\n');
  });

  it('renews its token by itself, also of five commands at once', async () => {
    const before = tokens();
    const later = () => before.expiresAt + 1;
    const runs = Array.from({ length: 5 }, () => computer.run(['group', 'list', ...server], { now: later }));
    for (const { status, err } of await Promise.all(runs)) assert.equal(status, 0, err);
    assert.notEqual(tokens().accessToken, before.accessToken);
    assert.equal((await computer.run(['group', 'list', ...server])).status, 0);
  });

  it('may do what the person may do, and no more', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const refused = await login(eve, 'abort');
    assert.equal(refused.status, 1);
    assert.match(refused.err, /The sign-in was declined/);
    await installation.administration.people.update({ user: 'eve', role: 'support' });
    const signedIn = await login(eve);
    assert.equal(signedIn.status, 0, signedIn.err);
    assert.ok(!JSON.parse(signedIn.out).scopes.includes('apps:write'));
    const { status, err } = await computer.run(['app', 'list', ...server]);
    assert.equal(status, 1);
    assert.match(err, /The scope apps:read is needed/);
    await login(ada);
  });

  it('forgets and ends the sign-in', async () => {
    const { refreshToken } = tokens();
    assert.match((await computer.run(['logout', ...server])).out, /Signed out/);
    const { status, err } = await computer.run(['user', 'list', ...server]);
    assert.equal(status, 1);
    assert.match(err, /latchkey login --server/);
    const fields = { grant_type: 'refresh_token', client_id: 'latchkey-cli', refresh_token: refreshToken };
    const body = new URLSearchParams(fields);
    assert.equal((await fetch(`${installation.origin}/token`, { method: 'POST', body })).status, 400);
    assert.match((await computer.run(['logout', ...server])).out, /Nobody was signed in/);
  });

  it('is signed in by an app with a secret or a key, for what that app may do', async () => {
    const { privateKey, jwks } = newKeyPair();
    const machine = {
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['groups:read'],
    } satisfies Partial<NewApp>;
    const byKey = { tokenEndpointAuthMethod: 'private_key_jwt', jwks } as const;
    const keyed = await addApp(installation, { ...machine, name: 'Keyed', ...byKey });
    const { app, secret = '' } = await installation.administration.apps.add({ ...machine, name: 'Secret' });
    const keyFile = join(computer.home, 'key.pem');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const envs = [
      { LATCHKEY_CLIENT_ID: app.id, LATCHKEY_CLIENT_SECRET: secret },
      { LATCHKEY_CLIENT_ID: keyed.id, LATCHKEY_CLIENT_KEY_FILE: keyFile },
    ];
    for (const env of envs) {
      const listed = await computer.run(['group', 'list', ...server], { env });
      assert.equal(listed.status, 0, listed.err);
      assert.match(listed.out, /Staff/);
      const refused = await computer.run(['group', 'remove', 'Staff', ...server], { env });
      assert.equal(refused.status, 1);
      assert.match(refused.err, /may not do this: it needs groups:write/);
    }
    const late = () => Date.now() - 10 * 60_000;
    const [, env] = envs;
    const slow = await computer.run(['group', 'list', ...server], { env: { ...env }, now: late });
    assert.match(
      slow.err,
      /does not know the app .* by this key\. The clock of this computer is 10 minutes behind/,
    );
    const wrong = { LATCHKEY_CLIENT_ID: app.id, LATCHKEY_CLIENT_SECRET: 'wrong' };
    assert.match(
      (await computer.run(['group', 'list', ...server], { env: wrong })).err,
      /by this secret\.\n$/,
    );
  });

  it('says what is wrong with an address, a name or a certificate', async () => {
    const mistakes: [address: string, expected: RegExp][] = [
      ['http://login.example.com', /must be https/],
      ['https://user:pass@login.example.com', /is no address of a server/],
      [installation.origin.replace('localhost', '127.0.0.1'), /calls itself|no Latchkey server/],
      ['http://localhost:9999', /cannot be reached: nobody listens there/],
      [installation.origin.replace('http:', 'https:'), /cannot be reached: it speaks no TLS there/],
      ['https://nothing.invalid', /cannot be reached: its name/],
    ];
    for (const [address, expected] of mistakes) {
      const { status, err } = await computer.run(['login', '--server', address]);
      assert.equal(status, 1);
      assert.match(err, expected);
    }
  });

  it('refuses there what is done on the machine alone', async () => {
    const env = { LATCHKEY_SERVER: installation.origin };
    for (const args of [['setup-link'], ['audit', 'reconcile'], ['backup', 'file']]) {
      const { status, err } = await computer.run(args, { env });
      assert.equal(status, 1, args.join(' '));
      assert.match(err, /on the machine of/);
    }
    assert.equal((await computer.run(['backup', 'file', ...server])).status, 2);
  });
});
