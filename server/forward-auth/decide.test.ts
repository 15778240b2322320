import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { newApp } from '../apps/create-app.ts';
import type { NewApp } from '../apps/validation.ts';
import { decide } from './decide.ts';
import type { SiteSession } from './site-session.ts';

const origin = 'https://wiki.example.com';
const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES256' };

function siteOf(more: Partial<NewApp> = {}) {
  const input: NewApp = { name: 'Wiki', kind: 'proxied', forwardAuth: { origins: [origin] }, ...more };
  const { app } = newApp(input, { hash: () => '', now: 0 });
  return { app, origin, rules: app.forwardAuth ?? assert.fail() };
}

/** What is read, and what is decided at a moment. */
function deciding(site: ReturnType<typeof siteOf>, session: Partial<SiteSession> = {}) {
  const reads: string[] = [];
  const stored: SiteSession = {
    ...{ origin, appId: site.app.id, sub: 's', grantId: 'g', sid: 'i', acr: 'phr', amr: [], authTime: 0 },
    ...{ scopes: ['openid', 'profile'], expiresAt: 200, renewsAt: 100 },
    ...session,
  };
  const ask = (now: number, more: { uri?: string; isNavigation?: boolean } = {}) =>
    decide(
      {
        issuer: 'https://login.example.com',
        keys: () => ({ keys: [key] }),
        now: () => now,
        subjectOf: (_app, sub) => sub,
        siteSessions: {
          async find() {
            reads.push('session');
            return stored;
          },
        },
        async findAccount() {
          reads.push('person');
          return undefined;
        },
      },
      site,
      { uri: '/', cookie: 'c', isNavigation: false, ...more },
    );
  return { ask, reads };
}

describe('what a gateway is answered', () => {
  it('takes one read where the site is for everybody and is told of nobody', async () => {
    const { ask, reads } = deciding(siteOf({ scopes: ['openid'] }));
    assert.equal(typeof (await ask(1)), 'object');
    assert.deepEqual(reads, ['session']);
  });

  it('reads the person anew where it is told of them, or is for some', async () => {
    const { ask, reads } = deciding(siteOf());
    assert.equal(await ask(1), 'sign_in', 'a person who is gone');
    assert.deepEqual(reads, ['session', 'person']);
    const some = deciding(siteOf({ scopes: ['openid'], allowedGroups: ['g'] }));
    await some.ask(1);
    assert.deepEqual(some.reads, ['session', 'person']);
  });

  it('reads nothing for what is open', async () => {
    const { ask, reads } = deciding(siteOf({ forwardAuth: { origins: [origin], openPaths: ['/health'] } }));
    assert.equal(typeof (await ask(1, { uri: '/health' })), 'object');
    assert.deepEqual(reads, []);
  });

  it('sends who opens a page through the issuer once half of the idle time is over, and no script', async () => {
    const { ask } = deciding(siteOf({ scopes: ['openid'] }));
    assert.equal(typeof (await ask(99, { isNavigation: true })), 'object');
    assert.equal(await ask(100, { isNavigation: true }), 'sign_in');
    assert.equal(typeof (await ask(100)), 'object');
  });

  it('takes the session of no other app, and none that was too weak', async () => {
    assert.equal(await deciding(siteOf(), { appId: 'another' }).ask(1), 'sign_in');
    const strict = siteOf({ scopes: ['openid'], forwardAuth: { origins: [origin], acr: 'phrh' } });
    assert.equal(await deciding(strict).ask(1), 'sign_in');
    assert.equal(typeof (await deciding(strict, { acr: 'phrh' }).ask(1)), 'object');
  });
});
