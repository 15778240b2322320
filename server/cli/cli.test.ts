import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { logoutNoticeSample } from '../../adapters/storage.contract/samples.ts';
import type { Finding } from '../admin/about-server.ts';
import { givePasskey } from '../testing/administration.ts';
import { type CommandFixture, openCommandFixture } from '../testing/command.ts';

describe('the latchkey command beside a running server', () => {
  let fixture: CommandFixture;
  before(async () => {
    fixture = await openCommandFixture();
    await fixture.start();
  });
  after(() => fixture[Symbol.asyncDispose]());

  it('registers an app that the server knows within 2 s, and forgets it when it is removed', async () => {
    const { latchkey, issuer } = fixture;
    const redirect = 'https://wiki.example.com/callback';
    const added = latchkey('app', 'add', 'Wiki', '--id', 'wiki', '--redirect', redirect, '--json');
    const { app, secret } = added.json<{ app: { id: string }; secret: string }>();
    assert.deepEqual([added.status, app.id], [0, 'wiki']);
    assert.match(secret, /^[\w-]{43}$/);
    assert.ok(!added.stdout.includes('hmac-sha256'));
    const query = new URLSearchParams({
      client_id: 'wiki',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirect,
    });
    const status = async () => (await fetch(`${issuer}/auth?${query}`, { redirect: 'manual' })).status;
    assert.equal(await until(status, 303), 303, 'PKCE is missing: the app is told so');
    assert.deepEqual(
      latchkey('app', 'list', '--json')
        .json<{ id: string }[]>()
        .map(({ id }) => id),
      ['wiki'],
    );
    assert.equal(latchkey('app', 'rotate-secret', 'wiki').status, 0);
    assert.equal(latchkey('app', 'remove', 'wiki').status, 0);
    assert.equal(await until(status, 400), 400);
  });

  it('W9 W10 tells of a passkey that may have a copy, and of a backup that changed', async () => {
    const { latchkey, dataDir } = fixture;
    latchkey('user', 'invite', 'grace');
    {
      const url = `sqlite:${join(dataDir, 'latchkey.sqlite')}`;
      await using storage = await openStorage({
        url,
        role: 'command',
        schema: 'check',
        waitUntilReady: true,
      });
      const account = await storage.accounts.findByUserNameKey('grace');
      assert.ok(account);
      const [counterAlertAt, backedUpChangedAt] = [Date.UTC(2026, 10, 3, 9, 30), Date.UTC(2026, 10, 4, 10)];
      await givePasskey(storage, account, { name: 'Old key', counterAlertAt, backedUpChangedAt });
    }
    const { stdout } = latchkey('user', 'show', 'grace');
    assert.match(stdout, /"Old key" was refused on 2026-11-03 09:30 UTC: .* there may be a copy\./);
    assert.match(stdout, /"Old key" is no longer backed up since 2026-11-04 10:00 UTC\./);
    assert.equal(latchkey('user', 'remove', 'grace').status, 0);
  });

  it('says where an app is told of sign-outs, and what could not be told', async () => {
    const { latchkey } = fixture;
    const own = ['--id', 'told', '--redirect', 'https://told.example.com/callback'];
    const uri = 'https://told.example.com/logout';
    const added = latchkey('app', 'add', 'Told', ...own, '--backchannel-logout-uri', uri);
    assert.match(added.stdout, /told of sign-outs +https:\/\/told\.example\.com\/logout, by person/);
    const update = (...options: string[]) => latchkey('app', 'update', 'told', ...options);
    assert.match(update('--backchannel-logout-session-required').stdout, /\/logout, by session/);
    assert.match(update('--backchannel-logout-uri', `${uri}2`).stdout, /\/logout2, by session/);
    assert.match(update('--no-backchannel-logout-session-required').stdout, /\/logout2, by person/);
    const refused = update('--backchannel-logout-uri', 'http://told.example.com/logout');
    assert.match(refused.stderr, /backchannelLogoutUri http:\S+ begins with http: .*must be https/);
    assert.match(latchkey('logout-notices').stdout, /Every app has been told/);
    const url = `sqlite:${join(fixture.dataDir, 'latchkey.sqlite')}`;
    await using storage = await openStorage({ url, role: 'command', schema: 'check', waitUntilReady: true });
    const notices = [
      logoutNoticeSample({ appId: 'told', state: 'failed', attempts: 6, lastFailure: 'it answered 500' }),
      logoutNoticeSample({ appId: 'told', attempts: 1, lastFailure: 'nobody listens there' }),
    ];
    for (const notice of notices) await storage.logoutNotices.insert(notice);
    const listed = latchkey('logout-notices').stdout;
    assert.match(listed, /told .*1 attempt, again at 2096-\d\d-\d\d .*nobody listens there/);
    assert.match(listed, /told .*given up after 6 attempts +it answered 500/);
    assert.equal(latchkey('logout-notices', '--app', 'told', '--json').json<unknown[]>().length, 2);
    const unknown = latchkey('logout-notices', '--app', 'other');
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /There is no app "other"/);
    const shown = latchkey('app', 'show', 'told').stdout;
    assert.match(shown, /1 sign-out could not be told: it answered 500/);
    assert.match(shown, /1 sign-out not told yet: nobody listens there/);
    assert.match(update('--no-backchannel-logout-uri').stdout, /told of sign-outs +–/);
    assert.equal(latchkey('app', 'remove', 'told').status, 0);
  });

  it('invites, groups, disables and removes people', () => {
    const { latchkey } = fixture;
    const invited = latchkey('user', 'invite', 'ada', '--name', 'Ada Lovelace', '--email', 'ada@example.com');
    assert.match(
      invited.stdout,
      /Give this link to Ada Lovelace:\n\n {2}http:\/\/localhost:\d+\/invitation\?token=[\w-]{43}\n/,
    );
    assert.match(latchkey('user', 'list').stdout, /ada +Ada Lovelace +person +invited/);
    assert.match(
      latchkey('user', 'invite', 'ada').stderr,
      /already taken.*\n.*`latchkey recover ada` renews/,
    );
    assert.equal(latchkey('group', 'add', 'staff').status, 0);
    assert.match(latchkey('group', 'add-member', 'staff', 'ada').stdout, /ada is now in staff/);
    assert.match(latchkey('group', 'show', 'staff').stdout, /Ada Lovelace/);
    assert.equal(latchkey('user', 'invite', 'grace', '--group', 'Staff').status, 0);
    assert.match(latchkey('group', 'show', 'staff').stdout, /grace/);
    assert.equal(latchkey('user', 'remove', 'grace').status, 0);
    assert.match(latchkey('user', 'disable', 'ada').stdout, /Disabled ada/);
    assert.match(latchkey('user', 'list').stdout, /ada +Ada Lovelace +person +disabled/);
    assert.equal(latchkey('recover', 'ada').status, 1);
    assert.equal(latchkey('user', 'enable', 'ada').status, 0);
    assert.match(latchkey('recover', 'ada').stdout, /renews the invitation.*\n\n.*invitation\?token=/);
    assert.equal(latchkey('user', 'show', 'bob').stderr, 'There is no person "bob".\n');
    assert.equal(latchkey('user', 'remove', 'ada').status, 0);
    assert.match(latchkey('user', 'list').stdout, /There is nobody yet/);
  });

  it('invites nobody where sign-up is closed, and says which setting that is', () => {
    const invited = fixture.with({ LATCHKEY_SIGN_UP: 'closed' }).latchkey('user', 'invite', 'ada');
    assert.equal(invited.status, 1);
    assert.match(
      invited.stderr,
      /^Sign-up is closed here\.\n {2}LATCHKEY_SIGN_UP is closed: nobody is invited/,
    );
  });

  it('makes setup links that the server takes', async () => {
    const { link } = fixture.latchkey('setup-link', '--json').json<{ link: { url: string } }>();
    const page = await fetch(link.url, { redirect: 'manual' });
    assert.equal(page.status, 303);
    assert.match(page.headers.get('location') ?? '', /\/setup$/);
  });

  it('lists signing keys without the keys', () => {
    const listed = fixture.latchkey('keys', 'list', '--json');
    assert.deepEqual(
      listed
        .json<{ signing: { alg: string; status: string }[] }>()
        .signing.filter(({ status }) => status === 'current')
        .map(({ alg }) => alg)
        .toSorted(),
      ['ES256', 'EdDSA', 'RS256'],
    );
    assert.ok(!listed.stdout.includes('sealed'));
  });

  it('copies the storage without the secret, and says so', () => {
    const file = join(fixture.dataDir, 'copy');
    const made = fixture.latchkey('backup', file);
    assert.equal(made.status, 0);
    assert.match(made.stdout, /secret is not in it/);
    assert.match(fixture.latchkey('backup', file).stderr, /exists already/);
    assert.match(
      fixture.latchkey('restore', file).stderr,
      /another server is using .*\n.*Stop the other server/,
    );
    assert.match(fixture.latchkey('restore', file, '--replace').stderr, /another server is using/);
  });

  it('finds nothing wrong', () => {
    const examined = fixture.latchkey('doctor', '--json');
    const { healthy, findings } = examined.json<{ healthy: boolean; findings: Finding[] }>();
    assert.deepEqual([examined.status, healthy], [0, true]);
    const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]));
    const ok = { settings: 'ok', origins: 'ok', storage: 'ok', 'key check': 'ok', issuer: 'ok', clock: 'ok' };
    assert.deepEqual({ ...states, ...ok }, states);
    assert.deepEqual(
      [states.secret, states['RP ID']],
      ['warning', 'warning'],
      'the secret is beside the storage',
    );
  });
});

describe('the latchkey command', () => {
  let fixture: CommandFixture;
  before(async () => {
    fixture = await openCommandFixture();
  });
  after(() => fixture[Symbol.asyncDispose]());

  it('ends quietly where nobody reads on, as with `| head`', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/latchkey.mjs'), '--help']);
    child.stdout.destroy();
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.deepEqual([said, status], ['', 0]);
  });

  it('says how it is used, with exit code 0', () => {
    for (const args of [[], ['--help'], ['app', 'add', '--help']]) {
      const { status, stdout } = fixture.latchkey(...args);
      assert.equal(status, 0);
      assert.match(stdout, /^Usage: latchkey/);
    }
  });

  it('prints its version', () => {
    assert.match(fixture.latchkey('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('names commands as they work where npm started it', () => {
    const { latchkey } = fixture.with({ npm_lifecycle_event: 'latchkey', LATCHKEY_SECRET: 'short' });
    assert.match(latchkey('user', 'list').stderr, /`npm run --silent latchkey -- secret` prints a new one/);
  });

  it('refuses a data folder that cannot be, at once and by the name of its setting', () => {
    for (const folder of ['/proc/nope', '/dev/null/x']) {
      const { status, stderr } = fixture.with({ LATCHKEY_DATA_DIR: folder }).latchkey('start');
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`LATCHKEY_DATA_DIR is ${folder}, where nothing can be written`));
    }
  });

  it('ends with 2 when it is used wrongly', () => {
    for (const args of [
      ['nothing'],
      ['app', 'add'],
      ['app', 'add', 'x', '--kind', 'spa'],
      ['user', 'list', '--page'],
    ])
      assert.equal(fixture.latchkey(...args).status, 2, args.join(' '));
  });

  it('prints a new secret and keeps nothing', () => {
    assert.match(fixture.latchkey('secret').stdout, /^[\w-]{43}\n$/);
    assert.equal(existsSync(fixture.dataDir), false);
  });

  it('ends with 1 and names the setting that is wrong', () => {
    const { status, stderr } = fixture.with({ LATCHKEY_ISSUER: 'login.example.com' }).latchkey('app', 'list');
    assert.equal(status, 1);
    assert.match(stderr, /LATCHKEY_ISSUER must be an address/);
    assert.match(
      fixture.with({ LATCHKEY_ISUER: 'x' }).latchkey('doctor').stdout,
      /LATCHKEY_ISUER is not a setting/,
    );
  });

  it('does not make an installation by the way', () => {
    assert.match(fixture.latchkey('user', 'list').stderr, /There is no secret at/);
    assert.equal(existsSync(fixture.dataDir), false);
  });

  it('tells every reason as JSON too', async () => {
    await fixture.start();
    await fixture.stop();
    const { status, stderr } = fixture.latchkey(
      'app',
      'add',
      'x',
      '--redirect',
      'http://a.example/',
      '--json',
    );
    assert.equal(status, 1);
    const { error, field, reasons } = JSON.parse(stderr);
    assert.deepEqual([error, field, reasons.length], ['field_invalid', 'redirectUris', 1]);
  });

  it('brings a copy back, and the server starts on it', async () => {
    const file = join(fixture.dataDir, 'copy');
    fixture.latchkey('user', 'invite', 'ada');
    assert.equal(fixture.latchkey('backup', file).status, 0);
    fixture.latchkey('user', 'remove', 'ada');
    assert.match(fixture.latchkey('restore', file).stderr, /--replace overwrites it/);
    const written = new Date(statSync(file).mtimeMs).toISOString().slice(0, 16).replace('T', ' ');
    const { status, stdout } = fixture.latchkey('restore', file, '--replace');
    assert.equal(status, 0);
    assert.ok(stdout.includes(`written ${written} UTC`));
    assert.match(stdout, /disabled or rotated since is back/);
    assert.match(fixture.latchkey('user', 'list').stdout, /ada/);
    await fixture.start();
    await fixture.stop();
  });

  it('F24 refuses another secret than the storage was made with, and the doctor says so', () => {
    const file = join(fixture.dataDir, '..', 'other-secret');
    writeFileSync(file, fixture.latchkey('secret').stdout, { mode: 0o600 });
    const other = fixture.with({ LATCHKEY_SECRET_FILE: file });
    assert.match(other.latchkey('user', 'list').stderr, /made with another installation secret/);
    const { status, stdout } = other.latchkey('doctor');
    assert.equal(status, 1);
    assert.match(stdout, /FAILED +key check/);
  });

  it('F24 does not start the server without its secret', () => {
    rmSync(join(fixture.dataDir, 'secret'));
    const { status, stderr } = fixture.latchkey('start');
    assert.equal(status, 1);
    assert.match(stderr, /but its secret .* is missing/);
    assert.equal(existsSync(join(fixture.dataDir, 'secret')), false);
  });
});

/** Asks again for up to 2 s: so long a change by a command may take to be in force. */
async function until<T>(look: () => Promise<T>, expected: T): Promise<T> {
  const end = Date.now() + 2000;
  for (;;) {
    const seen = await look();
    if (seen === expected || Date.now() > end) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
