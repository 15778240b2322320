import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printed, stored } from './docs.ts';
import { errorTable } from './errors.ts';
import { settings } from './settings.ts';

const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);

describe('printed documents', () => {
  for (const [path, print] of Object.entries(printed))
    it(`${path} is up to date (npm run docs prints it)`, () => assert.equal(stored(path), print()));

  it('name every setting and every error, and nothing that is none', () => {
    const rows = /^\| `(\w+)` \|/gm;
    assert.deepEqual(names(stored('docs/configuration.md'), rows), Object.keys(settings));
    assert.deepEqual(names(stored('docs/errors.md'), rows), Object.keys(errorTable));
    // A secret stands there as the file that it comes from.
    const set = names(stored('.env.example'), /^#(LATCHKEY_\w+)=/gm);
    const nameOf = (found = '') => (found in settings ? found : found.replace(/_FILE$/, ''));
    assert.deepEqual(set.map(nameOf), Object.keys(settings));
  });

  it('say something of each', () => {
    for (const { about, byDefault } of Object.values(settings)) {
      assert.match(about, /^.{10,}\.$/s);
      assert.ok(byDefault);
    }
    for (const { status, message } of Object.values(errorTable)) {
      assert.ok(status >= 400 && status < 600);
      assert.match(message, /^[A-Z].*\.$/);
    }
  });
});
