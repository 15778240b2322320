/** `latchkey signer` with a token of SoftHSM, and a server whose keys are in there. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { freePort } from '../e2e/free-port.ts';
import { startServer } from '../e2e/server-process.ts';
import { createSoftwareBrowser } from '../e2e/software-browser.ts';
import { appUnderTest } from '../server/testing/app-under-test.ts';

const softHsm = '/usr/lib/softhsm/libsofthsm2.so';
const pin = '4711-0815';
const launcher = join(import.meta.dirname, '../bin/latchkey.mjs');

interface Token extends AsyncDisposable {
  env: Record<string, string>;
  /** Makes a key in there. */
  make(id: string, type: string): void;
}

async function makeToken(): Promise<Token> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-softhsm-'));
  await mkdir(join(folder, 'tokens'));
  await writeFile(join(folder, 'softhsm2.conf'), `directories.tokendir = ${join(folder, 'tokens')}\n`);
  const env = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  const run = (command: string, args: string[]) =>
    execFileSync(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  run('softhsm2-util', ['--init-token', '--free', '--label', 'latchkey', '--so-pin', pin, '--pin', pin]);
  const login = ['--module', softHsm, '--token-label', 'latchkey', '--login', '--pin', pin];
  return {
    env,
    make: (id, type) =>
      run('pkcs11-tool', [...login, '--keypairgen', '--key-type', type, '--id', id, '--usage-sign']),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startSigner(env: Record<string, string>) {
  const child = spawn(process.execPath, [launcher, 'signer'], {
    env: { ...process.env, LATCHKEY_LOG_FORMAT: 'json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  for (const end = Date.now() + 20_000; !printed.includes('signer ready'); await delay(50)) {
    if (child.exitCode === null && Date.now() < end) continue;
    await stop();
    throw new Error(`the signer does not start: ${printed}`);
  }
  assert.ok(!printed.includes(pin));
  return { stop, [Symbol.asyncDispose]: stop };
}

export async function checkSoftHsm(): Promise<string[]> {
  await using token = await makeToken();
  token.make('01', 'EC:prime256v1');
  token.make('02', 'rsa:2048');
  token.make('03', 'EC:edwards25519');
  const port = await freePort();
  const shared = { LATCHKEY_SIGNER_TOKEN: randomBytes(32).toString('base64url') };
  const place = {
    LATCHKEY_PKCS11_MODULE: softHsm,
    LATCHKEY_PKCS11_PIN: pin,
    LATCHKEY_LISTEN_PORT: `${port}`,
  };
  const signerEnv = { ...shared, ...place, ...token.env };
  await using signer = await startSigner(signerEnv);
  await using server = await startServer({
    engine: 'sqlite',
    settings: { ...shared, LATCHKEY_SIGNER_URL: `http://localhost:${port}`, LATCHKEY_RATE_LIMIT: '100000' },
  });
  const browser = createSoftwareBrowser(server.origin);
  await browser.enrol(await server.setupLink(), { name: 'Ada', userName: 'ada', email: 'ada@example.com' });
  const keys = createRemoteJWKSet(new URL('/jwks', server.origin), { cooldownDuration: 0 });

  async function tokensOf(alg: string) {
    const redirectUri = 'https://notes.example.com/callback';
    const added = [
      'app',
      'add',
      `Notes ${alg}`,
      '--kind',
      'browser',
      '--redirect',
      redirectUri,
      '--alg',
      alg,
    ];
    const { app } = JSON.parse(await server.latchkey(...added, '--json'));
    const tested = appUnderTest(server.origin, { id: app.id, secret: undefined, redirectUri });
    const answer = await browser.authorize(new URL(tested.authorizationUrl()));
    const { status, body } = await tested.redeem(answer.searchParams.get('code') ?? '');
    assert.equal(status, 200, JSON.stringify(body));
    const { protectedHeader } = await jwtVerify(String(body.id_token), keys, { algorithms: [alg] });
    return { tested, body, kid: protectedHeader.kid };
  }

  const times: string[] = [];
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const begin = performance.now();
    assert.ok((await tokensOf(alg)).kid);
    times.push(`${alg} in ${Math.round(performance.now() - begin)} ms`);
  }
  const { tested, body, kid } = await tokensOf('ES256');
  token.make('04', 'EC:prime256v1');
  await server.latchkey('keys', 'rotate', '--alg', 'ES256', '--urgent');
  await delay(2000);
  const refreshed = await tested.refresh(String(body.refresh_token));
  const { protectedHeader } = await jwtVerify(String(refreshed.body.id_token), keys);
  assert.notEqual(protectedHeader.kid, kid);
  await jwtVerify(String(body.id_token), keys);

  await signer.stop();
  await delay(1100);
  const kept = String(refreshed.body.refresh_token);
  assert.equal((await tested.refresh(kept)).status, 503);
  await using _again = await startSigner(signerEnv);
  const back = await tested.refresh(kept);
  assert.equal(decodeJwt(String(back.body.id_token)).aud, tested.id);
  return [
    `ID tokens verify with the published keys (an app, a sign-in and its tokens: ${times.join(', ')})`,
    'a key made later is staged, signs, and the one before still verifies',
    'without the signer the answer is 503, and the refresh token is good when it is back',
  ];
}

export const hasSoftHsm = (): boolean => existsSync(softHsm);
