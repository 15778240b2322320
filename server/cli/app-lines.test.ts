import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appSample } from '../../adapters/storage.contract/samples.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { facts } from './app-lines.ts';

describe('an app, as a command shows it', () => {
  const shown = (more: object) =>
    facts({ ...appSample(more), logoutNotices: [] } as unknown as AppFacts).join('\n');

  it('has what it does with people who are not in front of it', () => {
    const text = shown({
      ciba: { deliveryMode: 'poll' },
      tokenExchange: { apps: ['shop'], impersonates: ['report'] },
    });
    assert.match(text, /asks for people +poll/);
    assert.match(text, /exchanges tokens of +shop/);
    assert.match(text, /IMPERSONATES +people of report/);
  });

  it('has nothing of people where it is a machine', () => {
    assert.match(shown({}), /consent/);
    assert.doesNotMatch(shown({ kind: 'machine' }), /consent|PKCE|ID tokens|redirect/);
  });
});
