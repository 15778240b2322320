import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const launcher = fileURLToPath(new URL('../../bin/latchkey.mjs', import.meta.url));

/** Says at the end what was loaded. */
const watching = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    loaded.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]);
    return next(url, context);
  },
});
process.on('exit', () => console.error(JSON.stringify([...loaded].filter(Boolean))));
`)}`;

describe('the start of a command', () => {
  it('does not wait for libraries that few commands need', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      watching,
      launcher,
      '--version',
    ]);
    const loaded: string[] = JSON.parse(stderr);
    assert.ok(loaded.includes('commander'), 'what is loaded is seen');
    const late = [
      'oidc-provider',
      'koa',
      'undici',
      'nodemailer',
      'age-encryption',
      'mongoose',
      'prom-client',
    ];
    assert.deepEqual(
      late.filter((name) => loaded.includes(name)),
      [],
    );
  });
});
