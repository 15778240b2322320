import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { routeOf } from '../../admin/http-mapping.ts';
import { apiScopes } from '../../apps/api-scopes.ts';
import { type CommandLine, openCommandLine } from '../../testing/command-line.ts';
import type { TestInstallation } from '../../testing/installation.ts';
import { addPerson, setUp } from '../../testing/journeys.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { operationCommands, writtenByHand } from './commands.ts';

describe('every operation', () => {
  it('has a command of its own that says how it is used', async () => {
    using computer = openCommandLine();
    for (const { id, command } of operationCommands) {
      const { status, out } = await computer.run([...command.split(' '), '--help']);
      assert.equal(status, 0, `${id}: latchkey ${command}`);
      assert.ok(out.startsWith(`Usage: latchkey ${command} `), `${id}: ${out.slice(0, 80)}`);
      assert.match(out, /--json/);
    }
    const own = operationCommands.filter(({ id }) => !(id in writtenByHand));
    assert.equal(new Set(own.map(({ command }) => command)).size, own.length);
  });
});

onSqlite('commands out of operations', (start) => {
  let installation: TestInstallation;
  let computer: CommandLine;
  let env: Record<string, string>;
  const seen = new Set<string>();
  const realFetch = globalThis.fetch;

  before(async () => {
    installation = await start();
    computer = openCommandLine();
    const { app, secret = '' } = await installation.administration.apps.add({
      name: 'Scripts',
      kind: 'machine',
      apiScopes: [...apiScopes],
    });
    env = {
      LATCHKEY_SERVER: installation.origin,
      LATCHKEY_CLIENT_ID: app.id,
      LATCHKEY_CLIENT_SECRET: secret,
    };
    globalThis.fetch = (asked, how) => {
      const { pathname } = new URL(String(asked));
      for (const { id, operation } of operationCommands) {
        const { method, path } = routeOf(operation);
        const pattern = new RegExp(`^/api/v1${path.replace(/\{\w+\}/g, '[^/]+')}$`);
        if (how?.method === method && pattern.test(pathname)) seen.add(id);
      }
      return realFetch(asked, how);
    };
  });
  after(() => {
    globalThis.fetch = realFetch;
    computer[Symbol.dispose]();
  });

  async function latchkey(...args: string[]): Promise<string> {
    const { status, out, err } = await computer.run(args, { env });
    assert.equal(status, 0, `${args.join(' ')}: ${err}`);
    return out;
  }
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await latchkey(...args, '--json'));

  it('O15 show what strangers sent as text that no terminal obeys', async () => {
    const { app } = await installation.administration.apps.add({
      name: 'Wiki',
      kind: 'web',
      redirectUris: ['https://wiki.example.com/callback'],
    });
    const redirectUri = 'https://wiki.example.com/\u001b[2J\u009b31m\u202egnp\nforged';
    const refusal = { code: 'invalid_redirect_uri', reason: 'x', redirectUri, count: 1, firstAt: 1, at: 1 };
    await installation.storage.appRefusals.insert({ id: app.id, refusals: [refusal], revision: 1 });
    for (const how of [[], ['--json']]) {
      const { status, out } = await computer.run(['app', 'refusals', app.id, ...how], { env });
      assert.equal(status, 0);
      assert.match(out, /\\u001b\[2J\\u009b31m\\u202egnp\\nforged/);
      for (const command of ['\u001b', '\u009b', '\u202e']) assert.ok(!out.includes(command));
      if (how.length > 0) assert.equal(JSON.parse(out)[0].redirectUri, redirectUri);
    }
    const elsewhere = ['app', 'list', '--server', 'http://no\u001b[2Jne'];
    assert.match((await computer.run(elsewhere, { env })).err, /no\\u001b\[2Jne/);
  });

  it('add a site behind a gateway, and change what is named of it', async () => {
    const added = ['app', 'add', 'Site', '--id', 'site', '--origin', 'https://site.example.com'];
    assert.match(await latchkey(...added, '--open-path', '/health'), /is at +https:\/\/site\.example\.com/);
    await latchkey('app', 'update', 'site', '--remote-user', 'sub', '--site-acr', 'phr');
    const { kind, forwardAuth } = await json<Record<string, unknown>>('app', 'show', 'site');
    assert.equal(kind, 'proxied');
    assert.deepEqual(forwardAuth, {
      ...{ origins: ['https://site.example.com'], openPaths: ['/health'] },
      ...{ acr: 'phr', remoteUser: 'sub' },
    });
  });

  it('add and change an app in every field, and take values away', async () => {
    await latchkey('group', 'add', 'Staff', '--description', 'All of us');
    const attribute = ['attribute', 'add', '--id', 'department', '--label', 'Department'];
    await latchkey(...attribute, '--type', 'string');
    assert.equal((await computer.run(attribute, { env })).status, 2, 'it needs a type');
    const added = ['app', 'add', 'Wiki', '--id', 'wiki', '--redirect', 'https://wiki.example.com/a'];
    const more = [
      '--redirect',
      'https://wiki.example.com/b',
      '--group',
      'Staff',
      '--lifetime',
      'accessToken=600',
    ];
    const start = ['--max-age', '0', '--initiate-login-uri', 'https://wiki.example.com/login'];
    const told = await latchkey(
      ...added,
      ...more,
      ...start,
      '--first-party',
      '--claim',
      'department',
      '--acr',
      'phr',
    );
    assert.match(told, /asks again after +0 s\n/);
    assert.match(told, /begins at +https:\/\/wiki\.example\.com\/login\n/);
    const shown = () => json<Record<string, unknown>>('app', 'show', 'wiki');
    const before = await shown();
    assert.deepEqual(before.redirectUris, ['https://wiki.example.com/a', 'https://wiki.example.com/b']);
    assert.deepEqual(
      [before.consent, before.lifetimes, before.kind],
      ['implicit', { accessToken: 600 }, 'web'],
    );
    assert.deepEqual([before.defaultMaxAge, before.initiateLoginUri], [0, 'https://wiki.example.com/login']);
    const changed = await latchkey(
      'app',
      'update',
      'wiki',
      '--no-max-age',
      '--no-initiate-login-uri',
      '--no-group',
      '--no-acr',
      '--no-first-party',
      '--name',
      'W',
    );
    assert.match(changed, /name +W\n/);
    const { allowedGroups, defaultAcrValues, defaultMaxAge, initiateLoginUri, ...kept } = await shown();
    assert.deepEqual(
      [allowedGroups, defaultAcrValues, defaultMaxAge, initiateLoginUri],
      [undefined, undefined, undefined, undefined],
    );
    assert.deepEqual([kept.consent, kept.claims], ['explicit', ['department']]);
    await latchkey('app', 'update', 'wiki', '--revision', '2', '--logo', 'https://wiki.example.com/logo.png');
    const late = await computer.run(['app', 'update', 'wiki', '--revision', '2', '--name', 'X'], { env });
    assert.deepEqual([late.status, /changed meanwhile/.test(late.err)], [1, true], late.err);
  });

  it('say who may not that they make no secret of an app that impersonates', async () => {
    const { app, secret = '' } = await installation.administration.apps.add({
      ...{ name: 'Few scripts', kind: 'machine', apiScopes: ['apps:read', 'apps:write'] },
    });
    const exchange = JSON.stringify({ apps: ['shop'], impersonates: ['shop'] });
    const desk = ['app', 'add', 'Desk', '--id', 'desk', '--redirect', 'https://desk.example.com/'];
    await latchkey(...desk, '--token-exchange', exchange);
    const few = { ...env, LATCHKEY_CLIENT_ID: app.id, LATCHKEY_CLIENT_SECRET: secret };
    const refused = await computer.run(['app', 'rotate-secret', 'desk'], { env: few });
    assert.deepEqual([refused.status, /scope system:write/.test(refused.err)], [1, true], refused.err);
    assert.match(await latchkey('app', 'rotate-secret', 'desk'), /secret/);
  });

  it('say how carefully an app asks and is answered, one thing after the other', async () => {
    const kept = async () => (await json<{ security?: object }>('app', 'show', 'bank')).security;
    await latchkey('app', 'add', 'Bank', '--id', 'bank', '--redirect', 'https://bank.example.com/', '--dpop');
    assert.deepEqual(await kept(), { dpopBoundAccessTokens: true });
    const told = await latchkey('app', 'update', 'bank', '--require-par');
    assert.match(told, /security +requirePushedAuthorizationRequests dpopBoundAccessTokens/);
    await latchkey('app', 'update', 'bank', '--no-dpop', '--name', 'The bank');
    assert.deepEqual(await kept(), { requirePushedAuthorizationRequests: true });
    const fapi = await computer.run(['app', 'update', 'bank', '--profile', 'fapi2-security'], { env });
    assert.deepEqual([fapi.status, /private_key_jwt/.test(fapi.err)], [1, true], fapi.err);
    await latchkey('app', 'update', 'bank', '--no-require-par');
    assert.equal(await kept(), undefined);
  });

  it('end one of two secrets', async () => {
    const { app } = await json<{ app: { secrets: { id: string }[] } }>('app', 'rotate-secret', 'wiki');
    assert.equal(app.secrets.length, 2);
    assert.match(
      await latchkey('app', 'remove-secret', 'wiki', app.secrets[0]?.id ?? ''),
      /Ended the secret/,
    );
  });

  it('find, change and shut out people, and say what they have', async () => {
    await setUp(installation);
    await addPerson(installation, { name: 'Eve Example', userName: 'eve' });
    assert.match(await latchkey('user', 'list', '--search', 'eve', '--limit', '1'), /^USER NAME.*\neve /);
    assert.match(
      await latchkey('user', 'update', 'eve', '--attribute', 'department=Sales', '--email', 'e@example.com'),
      /e@/,
    );
    const { account, passkeys } = await json<{
      account: { attributes: object; email?: string };
      passkeys: { id: string }[];
    }>('user', 'show', 'eve');
    assert.deepEqual(account.attributes, { department: 'Sales' });
    assert.match(
      await latchkey('user', 'update', 'eve', '--no-email', '--attribute', 'department=null'),
      /no e-mail/,
    );
    const key = passkeys[0]?.id ?? '';
    const sessions = await json<{ uid: string }[]>('session', 'list', 'eve');
    assert.equal(sessions.length, 1);
    assert.match(await latchkey('sign-in', 'list', 'eve'), /^AT +APP/);
    assert.match(await latchkey('sign-in', 'list-by-passkey', key), /account page|latchkey-account/);
    await latchkey('sign-in', 'list-by-app', 'wiki');
    assert.match(await latchkey('session', 'trace', sessions[0]?.uid ?? ''), /^kind +session/);
    assert.match(await latchkey('user', 'suspend-passkey', 'eve', key), /Suspended/);
    assert.match(await latchkey('user', 'activate-passkey', 'eve', key), /signs in again/);
    await latchkey('user', 'confirm', 'eve', key);
    for (const what of [
      ['session', 'end-all'],
      ['user', 'disable'],
      ['user', 'enable'],
    ])
      await latchkey(...what, 'eve');
    for (const list of [
      ['grant', 'list', 'eve'],
      ['grant', 'list-by-app', 'wiki'],
      ['grant', 'revoke-by-app', 'wiki'],
    ])
      await latchkey(...list);
    const missing = await computer.run(['grant', 'revoke', 'eve', 'nothing'], { env });
    assert.equal(missing.status, 1);
    assert.equal((await computer.run(['session', 'end', 'eve', 'nothing'], { env })).status, 1);
    await latchkey('user', 'invite', 'grace');
    assert.match(await latchkey('user', 'recover', 'grace'), /renews the invitation/);
  });

  it('and all the others', async () => {
    assert.match(await latchkey('group', 'update', 'Staff', '--no-description'), /Staff: no description/);
    await latchkey('group', 'list', '--search', 'staff');
    await latchkey('group', 'add-member', 'Staff', 'eve');
    assert.match(await latchkey('group', 'show', 'Staff'), /Eve Example/);
    await latchkey('group', 'remove-member', 'Staff', 'eve');
    await latchkey('group', 'remove', 'Staff');
    await latchkey('app', 'list', '--search', 'wiki');
    await latchkey('app', 'remove', 'wiki');
    await latchkey('user', 'remove', 'eve');
    assert.match(await latchkey('keys', 'rotate', '--urgent', '--alg', 'ES256'), /^ES256 is signed with /);
    assert.match(await latchkey('keys', 'list'), /ES256 +current/);
    assert.match(await latchkey('system', 'show'), /^version +\d/);
    assert.match(await latchkey('system', 'examine'), /settings/);
    const policy = join(computer.home, 'policy.json');
    writeFileSync(policy, '{ "installation": { "attestation": "direct" } }');
    await latchkey('policy', 'check', policy);
    assert.match(await latchkey('policy', 'apply', policy), /Changed: installation/);
    assert.match(await latchkey('policy', 'show'), /attestation: direct/);
    await latchkey('metadata', 'status');
    await latchkey('metadata', 'search', 'yubikey');
    assert.match(await latchkey('audit', 'list', '--type', 'group.added'), /WHAT|Nothing happened/);
    await latchkey('metadata', 'show', 'ee882879-721c-4913-9775-3dfcce97072a');
    await latchkey('metadata', 'affected');
    assert.match(
      (await computer.run(['metadata', 'refresh'], { env })).err,
      /is off: there is nothing to ask/,
    );
    assert.match(await latchkey('logout-notices'), /Every app has been told/);
  });

  it('define an API, change it and remove it', async () => {
    await latchkey('app', 'add', 'Till', '--id', 'till', '--kind', 'machine');
    const added = await latchkey(
      ...[
        'api',
        'add',
        'https://api.example.com',
        'Invoices',
        '--scope',
        'read=Read invoices.',
        'pay=Pay them.',
      ],
      ...['--machine', 'till=read,pay', '--token-lifetime', '120'],
    );
    assert.match(added, /scope +pay: Pay them\./);
    assert.match(added, /till: for itself read pay/);
    const changed = await latchkey('api', 'update', 'https://api.example.com', '--app', 'till=read');
    assert.match(changed, /till: for people read$/m);
    assert.match(await latchkey('api', 'list'), /https:\/\/api\.example\.com +Invoices +read pay +1 +jwt/);
    assert.match(await latchkey('api', 'show', 'https://api.example.com'), /120 s/);
    assert.match(await latchkey('api', 'remove', 'https://api.example.com'), /^Removed/);
  });

  it('reach each operation that is written by hand', () => {
    const refusedBefore = ['metadata.refresh'];
    const onlyHere = operationCommands.filter(({ operation }) => operation.onlyHere).map(({ id }) => id);
    const missing = Object.keys(writtenByHand).filter(
      (id) => ![...seen, ...refusedBefore, ...onlyHere].includes(id),
    );
    assert.deepEqual(missing, []);
  });

  it('end with 2 where they are used wrongly', async () => {
    for (const args of [
      ['user', 'update'],
      ['user', 'update', 'ada', '--role', 'king'],
      ['user', 'update', 'ada', '--attribute', 'department'],
      ['app', 'rotate-secret', 'wiki', '--previous-hours', 'many'],
      ['app', 'update', 'wiki', '--lifetime', '600'],
      ['app', 'add', 'x', '--jwks', '{'],
    ])
      assert.equal((await computer.run(args, { env })).status, 2, args.join(' '));
  });
});
