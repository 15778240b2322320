import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountSample } from '../../adapters/storage.contract/samples.ts';
import type { AttributeValue } from '../accounts/account.ts';
import type { Finding } from './content.ts';
import { defineAttributes } from './define-attributes.ts';

describe('attributes of people who come from elsewhere', () => {
  const defined = (...all: Record<string, AttributeValue>[]) => {
    const [notes, left]: [Finding[], Finding[]] = [[], []];
    const people = all.map((attributes) => ({ account: accountSample({ attributes }), passkeys: [] }));
    const { definitions, people: kept } = defineAttributes(people, { now: 0, notes, left });
    const types = Object.fromEntries(definitions.map(({ id, type }) => [id, type]));
    return { types, kept: kept.map(({ account }) => account.attributes), notes, left };
  };

  it('are defined in the type that they have for everybody', () => {
    const { types, kept, notes } = defined(
      { level: 7, admin: true },
      { level: 8, langs: ['de'] },
      { level: 9 },
    );
    assert.deepEqual(types, { level: 'number', admin: 'boolean', langs: 'strings' });
    assert.deepEqual(kept[1], { level: 8, langs: ['de'] });
    assert.deepEqual(notes, []);
  });

  it('are text, or lists of it, where they have several', () => {
    const { types, kept, notes } = defined(
      { code: 7, tags: 'a' },
      { code: 'x', tags: ['b', 'c'] },
      { code: true },
    );
    assert.deepEqual(types, { code: 'string', tags: 'strings' });
    assert.deepEqual(kept, [{ code: '7', tags: ['a'] }, { code: 'x', tags: ['b', 'c'] }, { code: 'true' }]);
    assert.deepEqual(
      notes.map(({ item, reason }) => `${item} ${reason}`),
      ['code mixed_types', 'tags mixed_types'],
    );
  });

  it('are left, and named, where a standard gives their name a meaning', () => {
    const { types, kept, left } = defined({ picture: 'x', own: 'y' });
    assert.deepEqual([types, kept], [{ own: 'string' }, [{ own: 'y' }]]);
    assert.deepEqual(
      left.map(({ item }) => item),
      ['picture'],
    );
  });
});
