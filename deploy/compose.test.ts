import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import { parse } from 'yaml';
import { settings } from '../server/settings.ts';

interface Service {
  environment?: Record<string, string>;
  secrets?: string[];
  networks: string[];
  volumes?: string[];
  depends_on?: Record<string, object>;
  ports?: string[];
  command?: string[];
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

const repository = join(import.meta.dirname, '..');
const text = (path: string) => readFileSync(join(repository, path), 'utf8');
const compose = parse(text('compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

const service = (name: string): Service => {
  const found = compose.services[name];
  assert.ok(found, name);
  return found;
};
const shared = (one: string, other: string) =>
  service(one).networks.filter((network) => service(other).networks.includes(network));

describe('compose.yaml', () => {
  it('runs a gateway, two providers, the console, the passkey manager and a database', () => {
    assert.deepEqual(Object.keys(compose.services), [
      'gateway',
      'provider-1',
      'provider-2',
      'administration',
      'commands',
      'passkeys',
      'database',
    ]);
    assert.deepEqual(service('provider-1'), service('provider-2'));
    assert.deepEqual(service('passkeys').command, ['passkeys']);
  });

  it('names services, networks, secrets and files that are there', () => {
    for (const [name, { depends_on = {}, networks, secrets = [], volumes = [] }] of services) {
      for (const other of Object.keys(depends_on)) assert.ok(compose.services[other], `${name}: ${other}`);
      for (const network of networks) assert.ok(network in compose.networks, `${name}: ${network}`);
      for (const secret of secrets) assert.ok(compose.secrets[secret], `${name}: ${secret}`);
      for (const [source = ''] of volumes.map((volume) => volume.split(':')))
        if (!source.startsWith('./deploy/secrets/'))
          assert.ok(
            source.startsWith('./') ? existsSync(join(repository, source)) : source in compose.volumes,
            source,
          );
    }
  });

  it('sets settings that there are', () => {
    const known = new Set(
      Object.entries(settings).flatMap(([name, setting]) =>
        'secret' in setting ? [name, `${name}_FILE`] : [name],
      ),
    );
    for (const [name, { environment = {} }] of services.filter(([name]) => name !== 'gateway'))
      for (const setting of Object.keys(environment).filter((each) => each.startsWith('LATCHKEY_')))
        assert.ok(known.has(setting), `${name}: ${setting}`);
  });

  it('lets the gateway alone be reached from outside, and nothing pass by a hop', () => {
    for (const [name, { ports }] of services) assert.equal(Boolean(ports), name === 'gateway', name);
    for (const [name, network] of Object.entries(compose.networks))
      assert.equal(network?.internal ?? false, !['outside', 'metadata'].includes(name), name);
    const waysOut = services.filter(([, { networks }]) => networks.includes('metadata'));
    assert.deepEqual(
      waysOut.map(([name]) => name),
      ['passkeys'],
    );
    assert.deepEqual(shared('gateway', 'passkeys'), []);
    assert.deepEqual(shared('gateway', 'database'), []);
    for (const [one, other] of [
      ['gateway', 'provider-1'],
      ['provider-1', 'passkeys'],
      ['provider-1', 'database'],
      ['passkeys', 'database'],
    ] as const)
      assert.ok(shared(one, other).length > 0, `${one} to ${other}`);
  });

  it('gives providers and passkey manager secrets, storages and identities of their own', () => {
    const [provider, passkeys] = [service('provider-1'), service('passkeys')];
    const both = provider.secrets?.filter((secret) => passkeys.secrets?.includes(secret));
    assert.deepEqual(both, []);
    const identities = ({ volumes = [] }: Service) =>
      volumes.map((volume) => volume.split(':')[1]).filter((path) => path?.startsWith('/certificates/'));
    assert.deepEqual(identities(passkeys), ['/certificates/passkey-manager']);
    assert.deepEqual(identities(provider), ['/certificates/provider', '/certificates/enrolment']);
    assert.deepEqual(identities(service('commands')), ['/certificates/administration']);
    for (const [name, { environment = {} }] of services)
      for (const [key, value] of Object.entries(environment))
        assert.ok(!/mongodb:|password=/.test(String(value)), `${name}: ${key} holds a secret`);
  });

  it('gives the console, and no provider, what an administrator may do at the passkey manager', () => {
    const { volumes = [], environment = {}, ...rest } = service('administration');
    const { volumes: _, environment: ofProvider = {}, ...provider } = service('provider-1');
    assert.deepEqual(rest, provider);
    assert.deepEqual(environment, { ...ofProvider, LATCHKEY_ADMINISTRATION: 'on' });
    assert.ok(volumes.some((volume) => volume.includes('/certificates/administration:')));
    assert.match(text('deploy/Caddyfile'), /@administration path \/console \/console\/\* \/api\/\*/);
    assert.equal(service('gateway').environment?.LATCHKEY_CONSOLE, 'administration:3000');
  });

  it('finds the secrets that make-secrets.sh makes, and says what else is to be put there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-compose-'));
    try {
      cpSync(join(repository, 'deploy/make-secrets.sh'), join(folder, 'make-secrets.sh'));
      execFileSync('sh', [join(folder, 'make-secrets.sh')], { stdio: 'pipe' });
      const made = readdirSync(join(folder, 'secrets'));
      const named = Object.values(compose.secrets).map(({ file }) => file.replace('./deploy/secrets/', ''));
      assert.deepEqual(new Set([...made, 'receipt-keys.json']), new Set(named));
      const storage = (name: string) =>
        new URL(readFileSync(join(folder, 'secrets', `${name}-storage`), 'utf8'));
      assert.deepEqual(
        [storage('provider').username, storage('provider').pathname],
        ['provider', '/latchkey'],
      );
      assert.deepEqual(
        [storage('passkeys').username, storage('passkeys').pathname],
        ['passkeys', '/passkeys'],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('make-database-users.js', () => {
  /** mongosh as far as the script knows it; what it changed. */
  function run(existing: readonly string[], env: Record<string, string>, password = 'x'.repeat(64)) {
    const changes: string[] = [];
    const database = (name: string) => ({
      getUser: (user: string) => (existing.includes(`${user}@${name}`) ? {} : null),
      createUser: (user: object) => changes.push(`create in ${name}: ${JSON.stringify(user)}`),
      updateUser: (user: string, what: object) =>
        changes.push(`update ${user} in ${name}: ${JSON.stringify(what)}`),
    });
    const modules: Record<string, unknown> = {
      'node:fs': { readFileSync: () => password },
      'node:path': { join },
    };
    vm.runInNewContext(text('deploy/make-database-users.js'), {
      db: { getSiblingDB: database },
      process: { env },
      require: (name: string) => modules[name],
    });
    return changes;
  }

  it('makes a user for each, who may read and write its own database and nothing else', () => {
    assert.deepEqual(
      run([], {}).map((change) => change.replace(/x{64}/, '…')),
      [
        'create in latchkey: {"user":"provider","pwd":"…","roles":[{"role":"readWrite","db":"latchkey"}]}',
        'create in passkeys: {"user":"passkeys","pwd":"…","roles":[{"role":"readWrite","db":"passkeys"}]}',
      ],
    );
  });

  it('leaves those that are there, and changes them only when told to', () => {
    assert.equal(run(['provider@latchkey'], {}).length, 1);
    assert.match(run(['provider@latchkey'], { CHANGE: '1' })[0] ?? '', /^update provider in latchkey/);
  });

  it('refuses a password that could be guessed', () => {
    assert.throws(() => run([], {}, 'short'), /the password of provider is shorter/);
  });
});
