import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { createSoftwareBrowser } from './software-browser.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = [
  'README.md',
  'docs/getting-started.md',
  'docs/operations.md',
  'docs/performance.md',
  'docs/migrating.md',
];

/** Commands that run elsewhere, each with where. */
const provenElsewhere: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'e2e/first-run.ts',
  'npm run latchkey -- setup-link': 'server/cli/cli.test.ts',
  'LATCHKEY_DATA_DIR=data/passkeys npm run --silent latchkey -- receipt-key export > receipt-keys.json':
    'e2e/passkey-service.ts, in the project passkeys-remote',
  'npm run latchkey -- verify-architecture': 'e2e/verify-architecture.test.ts',
  'npm run latchkey -- passkeys': 'e2e/passkey-service.ts, in the project passkeys-remote',
  'npm run latchkey -- login --server https://login.example.com\nexport LATCHKEY_SERVER=https://login.example.com\nnpm run latchkey -- user list --search grace\nnpm run latchkey -- logout':
    'server/cli/remote/remote.test.ts',
  'npm run demo': 'e2e/try-it.spec.ts, as the server starts it',
  'curl --header "Authorization: Bearer $TOKEN" "https://login.example.com/api/v1/people?text=grace"':
    'interop/guides/node.ts, after the guide curl',
  'npm run latchkey -- import pocket-id pocket-id-export.zip --dry-run\nnpm run latchkey -- import pocket-id pocket-id-export.zip':
    'server/cli/transfer-commands.test.ts',
  'export LATCHKEY_STORAGE=mongodb://db.internal/latchkey?replicaSet=rs0 LATCHKEY_SECRET_FILE=new-secret\nnpm run latchkey -- migrate\nLATCHKEY_TRANSFER_PASSPHRASE_FILE=passphrase npm run latchkey -- import everything.age':
    'server/cli/transfer-commands.test.ts',
  'npm run bench': 'it is a measurement, and never a test',
};

interface Block {
  file: string;
  commands: string;
  /** `runnable`, and `stopped` where no server may run meanwhile. */
  marks: string[];
}

const blocks = files.flatMap(blocksOf);
const copy = mkdtempSync(join(tmpdir(), 'latchkey-docs-'));
const origin = `http://localhost:${await freePort()}`;
const env = {
  ...process.env,
  LATCHKEY_ISSUER: origin,
  LATCHKEY_LOG_FORMAT: 'json',
  LATCHKEY_FIDO_METADATA_URL: 'off',
};
let server: ChildProcess | undefined;

describe('the commands in the documentation', () => {
  before(async () => {
    copyTree();
    copyFileSync(join(root, 'server/transfer/fixtures/keycloak-realm.json'), join(copy, 'realm.json'));
    const link = await start();
    const browser = createSoftwareBrowser(origin);
    await browser.enrol(link, { name: 'Ada Lovelace', userName: 'ada' });
  });
  after(async () => {
    await stop();
    rmSync(copy, { recursive: true, force: true });
  });

  for (const { file, commands, marks } of blocks.filter((block) => block.marks.includes('runnable')))
    it(`work: ${commands.split('\n')[0]} (${file})`, async () => {
      if (marks.includes('stopped')) await stop();
      await promisify(execFile)('bash', ['-e', '-c', commands], { cwd: copy, env });
      if (!server) await start();
    });

  it('are run here or elsewhere, all of them', () => {
    const unproven = blocks.filter(
      ({ commands, marks }) => !marks.includes('runnable') && !Object.hasOwn(provenElsewhere, commands),
    );
    assert.deepEqual(unproven, []);
  });

  it('never run a package of our name from the registry', () => {
    for (const file of documents())
      assert.doesNotMatch(readFileSync(join(root, file), 'utf8'), /npx latchkey/);
  });
});

function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```sh(.*)\n([\s\S]*?)\n```$/gm)].map(([, marks = '', commands = '']) => ({
    file,
    commands,
    marks: marks.trim().split(' ').filter(Boolean),
  }));
}

function documents(): string[] {
  return [
    ...files,
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
}

/** What git would hand out, and what `npm ci` would add. */
function copyTree(): void {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of [...String(listed).trim().split('\n'), ...builtPages()]) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

function builtPages(): string[] {
  return readdirSync(join(root, 'views/dist')).map((name) => `views/dist/${name}`);
}

async function start(): Promise<string> {
  server = spawn(process.execPath, ['bin/latchkey.mjs', 'start'], { cwd: copy, env, stdio: 'pipe' });
  let printed = '';
  server.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  for (let tries = 0; tries < 300; tries++) {
    const ready = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (ready?.ok && /"msg":"(ready|setup link)"/.test(printed))
      return /http:[^"]*\/setup\?token=[\w-]+/.exec(printed)?.[0] ?? '';
    await delay(50);
  }
  throw new Error(`the server did not start:\n${printed}`);
}

async function stop(): Promise<void> {
  server?.kill('SIGTERM');
  if (server && server.exitCode === null) await once(server, 'exit');
  server = undefined;
}
