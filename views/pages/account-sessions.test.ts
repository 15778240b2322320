import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PageContext } from '../page.ts';
import { words } from '../words.ts';
import { sessionsSection } from './account-sessions.ts';

describe('the sessions of an account', () => {
  const page = { locale: 'en', words: words('en') } as PageContext;
  const session = (at: number) => ({ uid: `s${at}`, current: at === 20, signedInAt: at });
  const shownOf = (count: number) =>
    String(
      sessionsSection(page, { sessions: Array.from({ length: count }, (_, at) => session(at)), now: 30 }),
    );

  it('are all there where they are few', () => {
    assert.ok(!shownOf(8).includes('<details'));
  });

  it('of many, this one and seven others are there, and the rest opens below them', () => {
    const [first = '', rest = ''] = shownOf(30).split('<details');
    assert.equal(first.match(/<li class="item">/g)?.length, 8);
    assert.ok(first.includes('This session'));
    assert.match(rest, /<summary>22 more sessions<\/summary>/);
    assert.equal(rest.match(/data-act="end-session"/g)?.length, 22);
  });
});
