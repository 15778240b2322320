import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { generateRoot } from './secret.ts';
import { openSecret } from './secret-file.ts';

let dataDir: string;
const settings = (secret?: string) => ({
  secret,
  secretFile: undefined,
  dataDir,
  storageUrl: `sqlite:${join(dataDir, 'latchkey.sqlite')}`,
});
const file = () => join(dataDir, 'secret');

describe('the secret file', () => {
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'latchkey-')), 'data');
  });
  afterEach(() => rmSync(join(dataDir, '..'), { recursive: true }));

  it('is made at the first start, for its owner alone', () => {
    const { where } = openSecret(settings());
    assert.deepEqual(where, { file: file() });
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(dataDir), ['secret'], 'no draft is left');
  });

  it('is the same at the next start', () => {
    assert.equal(openSecret(settings()).keyId, openSecret(settings()).keyId);
  });

  it('is not made where a setting gives the secret', () => {
    const { where } = openSecret(settings(generateRoot()));
    assert.equal(where, 'setting');
    assert.equal(existsSync(file()), false);
  });

  it('is not made by a command', () => {
    assert.throws(() => openSecret(settings(), { create: false }), /There is no secret at/);
    assert.equal(existsSync(dataDir), false);
  });

  it('F24 is refused when it is damaged, and left as it is', () => {
    openSecret(settings());
    for (const damaged of ['', 'short', `${'é'.repeat(43)}`]) {
      writeFileSync(file(), damaged);
      assert.throws(() => openSecret(settings()), /secret file .* is damaged/, damaged);
      assert.equal(readFileSync(file(), 'utf8'), damaged);
    }
  });

  it('F24 is not made anew where a storage stands without it', () => {
    openSecret(settings());
    rmSync(file());
    writeFileSync(join(dataDir, 'latchkey.sqlite'), 'records');
    assert.throws(() => openSecret(settings()), /latchkey\.sqlite exists, but its secret .* is missing/);
    assert.equal(existsSync(file()), false);
  });

  it('is refused when others may use it, with the command that helps', () => {
    openSecret(settings());
    for (const mode of [0o644, 0o640, 0o620, 0o601]) {
      chmodSync(file(), mode);
      assert.throws(
        () => openSecret(settings()),
        new RegExp(`mode 0${mode.toString(8)}.*chmod 600 ${file()}`),
      );
    }
  });

  it('is one for all when several processes start first', async () => {
    const script = `
      import { openSecret } from ${JSON.stringify(join(import.meta.dirname, 'secret-file.ts'))};
      console.log(openSecret(${JSON.stringify(settings())}).keyId);`;
    const keyIds = await Promise.all(Array.from({ length: 4 }, () => output(script)));
    assert.equal(new Set(keyIds).size, 1);
    assert.match(keyIds[0] ?? '', /^[\w-]{8}\n$/);
  });
});

async function output(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return stdout;
}
