import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withChanges } from './change-app.ts';
import { newApp } from './create-app.ts';
import type { NewApp } from './validation.ts';

const origins = ['https://wiki.example.com'];
const made = (more: Partial<NewApp> = {}) =>
  newApp({ name: 'Wiki', kind: 'proxied', forwardAuth: { origins }, ...more }, { hash: () => '', now: 0 });
const refuses = (more: Partial<NewApp>, detail: RegExp) =>
  assert.throws(
    () => made(more),
    (error: { detail?: string }) => detail.test(error.detail ?? ''),
  );

describe('an app behind a gateway', () => {
  it('has no secret, comes back to its own origins, and may ask for no more than a moment of a person', () => {
    const { app, secret } = made();
    assert.equal(secret, undefined);
    assert.deepEqual(app.redirectUris, ['https://wiki.example.com/.latchkey/callback']);
    assert.ok(!app.scopes.includes('offline_access'));
    const moved = { forwardAuth: { origins: ['https://w.example.com', 'http://localhost:8080'] } };
    assert.deepEqual(withChanges(app, moved, 1).redirectUris, [
      'https://w.example.com/.latchkey/callback',
      'http://localhost:8080/.latchkey/callback',
    ]);
  });

  it('O2 is at origins alone, as a browser writes them', () => {
    for (const origin of [
      'http://wiki.example.com',
      'https://wiki.example.com/',
      'https://wiki.example.com/path',
      'https://wiki.example.com:443',
      'https://WIKI.example.com',
      'https://user@wiki.example.com',
      'https://*.example.com',
      'https://wiki.example.com.',
      'https://wiki.example.com\\x',
      'javascript:alert(1)',
      'com.example.app:/x',
      'wiki.example.com',
      '',
    ])
      refuses({ forwardAuth: { origins: [origin] } }, /origins/);
    refuses({ forwardAuth: { origins: [] } }, /at least one/);
  });

  it('opens paths that mean one thing, and never all of it', () => {
    for (const path of ['/', 'health', '/a/../b', '/a//b', '/a%2fb', '/*', '/a?b', '/a;b', ''])
      refuses({ forwardAuth: { origins, openPaths: [path] } }, /openPaths/);
    assert.ok(made({ forwardAuth: { origins, openPaths: ['/health', '/.well-known/', '/a_b~c-d/'] } }));
  });

  it('says nothing that is for other kinds, nor these of it', () => {
    refuses({ redirectUris: ['https://wiki.example.com/x'] }, /follow from/);
    refuses({ scopes: ['openid', 'offline_access'] }, /offline_access/);
    refuses({ apiScopes: ['people:read'] }, /tokens/);
    refuses({ defaultAcrValues: ['phr'] }, /acr in forwardAuth/);
    refuses({ backchannelLogoutUri: 'https://wiki.example.com/out' }, /told at once/);
    refuses({ tokenEndpointAuthMethod: 'client_secret_basic' }, /has none/);
    refuses({ kind: 'web', redirectUris: ['https://wiki.example.com/x'] }, /kind proxied/);
  });
});
