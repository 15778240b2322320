import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameCommands } from './command-name.ts';

const text = 'Run `latchkey setup-link --for latchkey`, or `latchkey doctor`.';

describe('the commands that messages name', () => {
  it('work in a clone, where npm started this one', () => {
    for (const script of ['start', 'latchkey'])
      assert.equal(
        nameCommands(text, { npm_lifecycle_event: script }),
        'Run `npm run latchkey -- setup-link --for latchkey`, or `npm run latchkey -- doctor`.',
      );
  });

  it('have their own name elsewhere', () => {
    assert.equal(nameCommands(text, {}), text);
    assert.equal(nameCommands(text, { npm_lifecycle_event: 'npx' }), text);
  });
});
