import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../e2e/free-port.ts';
import type { ServiceName } from '../server/service-identity/spiffe-id.ts';
import { createAuthority, writeFolder } from '../server/testing/certificates.ts';
import { lastStep, parseDockerfile } from './dockerfile.ts';
import { followDockerfile, type Image } from './follow-dockerfile.ts';

const stages = parseDockerfile(readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8'));
const trustDomain = 'two-users.example';
let image: Image;

describe('the image', () => {
  before(() => {
    image = followDockerfile(stages);
  });
  after(() => {
    execFileSync('chmod', ['-R', 'u+w', image.folder]);
    rmSync(image.folder, { recursive: true });
  });

  it('is not run as root, and says how its health is checked', () => {
    const [last] = stages.slice(-1);
    assert.ok(last);
    assert.equal(lastStep(last, 'USER')?.text, 'node');
    assert.ok(lastStep(last, 'HEALTHCHECK'));
  });

  it('is built on a pinned Node.js, the same in every stage', () => {
    assert.equal(new Set(stages.map(({ base }) => base)).size, 1);
    assert.match(stages[0]?.base ?? '', /^node:\d+\.\d+\.\d+-slim$/);
  });

  it('O30 holds no development dependency, test or secret', () => {
    const installed = readdirSync(join(image.workdir, 'node_modules'));
    for (const name of ['typescript', 'esbuild', '@biomejs', '@playwright', 'playwright-core', 'node'])
      assert.ok(!installed.includes(name), name);
    assert.deepEqual(
      installed.filter((name) => name.startsWith('node-linux')),
      [],
    );
    assert.deepEqual(
      globSync('{server,adapters,views,bin}/**/*.{test,contract}.ts', { cwd: image.workdir }),
      [],
    );
    assert.deepEqual(readdirSync(join(image.workdir, 'data')), []);
    for (const name of ['server/testing', 'e2e', 'deploy', '.git'])
      assert.ok(!existsSync(join(image.workdir, name)), name);
  });

  it('has its browser scripts built', () => {
    assert.ok(readdirSync(join(image.workdir, 'views/dist')).length > 0);
  });

  it('starts on a read-only file system, becomes healthy, and stops with 0', async () => {
    assert.notEqual(inContainer(['sh', '-c', 'touch bin/new']).status, 0, 'the root can be written to');
    const port = String(await freePort());
    const settings = {
      LATCHKEY_FIDO_METADATA_URL: 'off',
      LATCHKEY_ISSUER: `http://localhost:${port}`,
      LATCHKEY_LISTEN_PORT: port,
      LATCHKEY_LISTEN_HOST: '127.0.0.1',
    };
    const server = spawnInContainer(image.command, settings);
    try {
      await healthy(settings, server);
      const listed = inContainer([...image.command.slice(0, -1), 'keys', 'list', '--json'], settings);
      assert.equal(JSON.parse(listed.stdout).signing.length, 3);
      const page = await fetch(`http://localhost:${port}/`);
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    } finally {
      server.kill('SIGTERM');
    }
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    assert.deepEqual(
      readdirSync(join(image.workdir, 'data')).filter((name) => /^(secret|latchkey\.sqlite)$/.test(name)),
      ['latchkey.sqlite', 'secret'],
    );
  });

  it('runs provider and passkey manager as two users, of which neither reads what the other keeps', async () => {
    if (process.getuid?.() !== 0) {
      console.log('Left out: two users (only root can start processes of others).');
      assert.ok(!process.env.CI, 'where CI is set, nothing may be left out');
      return;
    }
    const { provider, passkeys } = await prepareTwoUsers();
    const [issuerPort, passkeysPort] = [String(await freePort()), String(await freePort())];
    const command = image.command.slice(0, -1);
    const shared = {
      LATCHKEY_ISSUER: `http://localhost:${issuerPort}`,
      LATCHKEY_TRUST_DOMAIN: trustDomain,
      LATCHKEY_FIDO_METADATA_URL: 'off',
    };
    const settingsOf = ({ folder, certificates }: typeof provider) => ({
      ...shared,
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      LATCHKEY_CERTIFICATES: certificates,
    });
    const ofPasskeys = { ...settingsOf(passkeys), LATCHKEY_LISTEN_PORT: passkeysPort };
    const receiptKeys = join(provider.folder, 'receipt-keys.json');
    const ofProvider = {
      ...settingsOf(provider),
      LATCHKEY_PASSKEYS_URL: `https://localhost:${passkeysPort}`,
      LATCHKEY_RECEIPT_KEYS: receiptKeys,
      LATCHKEY_LISTEN_PORT: issuerPort,
      LATCHKEY_LISTEN_HOST: '127.0.0.1',
    };
    const manager = spawnInContainer([...command, 'passkeys'], ofPasskeys, passkeys.user);
    let server: ChildProcess | undefined;
    try {
      const keys = await until(() =>
        inContainer([...command, 'receipt-key', 'export'], ofPasskeys, passkeys.user),
      );
      writeFileSync(receiptKeys, keys, { mode: 0o644 });
      server = spawnInContainer([...command, 'start'], ofProvider, provider.user);
      await healthy(ofProvider, server);
      const doctor = inContainer([...command, 'doctor', '--json'], ofProvider, provider.user);
      assert.match(doctor.stdout, /answers over mutual TLS/);
      for (const [reader, owner] of [
        [provider, passkeys],
        [passkeys, provider],
      ] as const)
        for (const file of ['data/latchkey.sqlite', 'data/secret', 'certificates'])
          assert.notEqual(inContainer(['cat', join(owner.folder, file)], {}, reader.user).status, 0, file);
    } finally {
      server?.kill('SIGTERM');
      manager.kill('SIGTERM');
    }
    assert.deepEqual(await once(manager, 'exit'), [0, null]);
  });
});

/** What a command prints once it can do what it is for. */
async function until(run: () => { status: number | null; stdout: string; stderr: string }): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { status, stdout } = run();
    if (status === 0 && stdout.includes('"kid"')) return stdout;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(run().stderr);
}

/** Two users, each with a folder and the certificates of its own services, which it alone may open. */
async function prepareTwoUsers() {
  const authority = await createAuthority({ trustDomain });
  const place = async (uid: number, names: readonly ServiceName[]) => {
    const folder = join(image.folder, `user-${uid}`);
    const certificates = join(folder, 'certificates');
    for (const name of names)
      writeFolder(certificates, name, {
        ...(await authority.issue({ name })),
        authorities: authority.certificate,
      });
    execFileSync('chown', ['-R', `${uid}:${uid}`, folder]);
    execFileSync('chmod', ['-R', 'u=rwX,go=', folder]);
    return { user: { uid, gid: uid }, folder, certificates };
  };
  return {
    provider: await place(1000, ['provider', 'enrolment', 'administration']),
    passkeys: await place(1001, ['passkey-manager']),
  };
}

function inContainer(
  [command = '', ...args]: string[],
  settings: Record<string, string> = {},
  user: Image['user'] = image.user,
) {
  const { workdir: cwd, env } = image;
  return spawnSync(command, args, { cwd, env: { ...env, ...settings }, ...user, encoding: 'utf8' });
}

function spawnInContainer(
  [command = '', ...args]: string[],
  settings: Record<string, string>,
  user: Image['user'] = image.user,
): ChildProcess {
  const { workdir: cwd, env } = image;
  return spawn(command, args, {
    cwd,
    env: { ...env, ...settings },
    ...user,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Asks as the image's own health check does. */
async function healthy(settings: Record<string, string>, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 60 && server.exitCode === null; attempt += 1) {
    if (inContainer(image.healthCheck, settings).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`it did not become healthy (exit code ${server.exitCode})`);
}
