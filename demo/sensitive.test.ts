import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { addApp } from '../server/testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../server/testing/browser.ts';
import { hardwareCatalogue, withSecurityKey } from '../server/testing/hardware-key.ts';
import { freePort, startInstallation, type TestInstallation } from '../server/testing/installation.ts';
import { setUp } from '../server/testing/journeys.ts';
import { visit } from '../server/testing/step-up.ts';
import { createDemo } from './demo.ts';
import type { Sensitivity } from './resource-server/routes.ts';

describe('something sensitive in the demo app (RFC 9470)', () => {
  const running: Server[] = [];
  let installation: TestInstallation;
  let soft: TestBrowser;
  let hard: TestBrowser;

  before(async () => {
    installation = await startInstallation({}, undefined, { models: hardwareCatalogue() });
    soft = await setUp(installation);
    hard = await withSecurityKey(installation, soft);
  });
  afterEach(() => {
    for (const server of running.splice(0)) server.close().closeAllConnections();
  });
  after(() => installation[Symbol.asyncDispose]());

  /** The demo, with a person who has just signed in with their synced passkey. */
  async function signedIn(sensitivity: Sensitivity) {
    const origin = `http://localhost:${await freePort()}`;
    const redirectUris = [`${origin}/callback`];
    const app = await addApp(installation, { redirectUris, consent: 'implicit' });
    const demo = createDemo({ issuer: installation.origin, origin, clientId: app.id, sensitivity });
    const server = demo.on('error', () => {}).listen(Number(new URL(origin).port), 'localhost');
    running.push(server);
    await once(server, 'listening');
    const usual = createBrowser(installation.origin, { of: { ...soft, cookies: new Map() } });
    const at = createBrowser(origin);
    /** Opens a page of the demo, and follows it to the provider and back as often as it is sent there. */
    async function open(path: string, stepUp: TestBrowser | 'abort' = 'abort') {
      const pages: string[] = [];
      for (let answer = await at.get(path), hops = 0; ; hops += 1) {
        assert.ok(hops < 6, `in circles: ${pages}`);
        const { location } = answer;
        if (!location) return { pages, answer };
        if (location.startsWith(origin)) answer = await at.get(location);
        else {
          const visited = await visit({ usual, stepUp }, location);
          pages.push(...visited.pages);
          answer = await at.get(`${origin}/callback?${visited.answer}`);
        }
      }
    }
    const key = { ...usual, authenticator: hard.authenticator };
    assert.match((await open('/sign-in')).answer.text, /Open something sensitive/);
    return { open, key, origin, at };
  }

  it('is opened at once with a sign-in that is good for it', async () => {
    const { open } = await signedIn({ acrValues: ['phr', 'phrh'], maxAge: 60 });
    const { pages, answer } = await open('/sensitive');
    assert.deepEqual([answer.status, pages], [200, []]);
    assert.match(answer.text, /third flowerpot/);
    assert.match(answer.text, /of class <code>phr<\/code>/);
  });

  it('sends the person to sign in again where the sign-in is too old, and opens then', async () => {
    const { open } = await signedIn({ acrValues: ['phr', 'phrh'], maxAge: 1 });
    await delay(3100);
    const { pages, answer } = await open('/sensitive');
    assert.deepEqual(pages, ['sign-in']);
    assert.match(answer.text, /third flowerpot/);
  });

  it('sends the person for a stronger passkey where the sign-in is too weak, and opens then', async () => {
    const { open, key } = await signedIn({ acrValues: ['phrh'], maxAge: 300 });
    const { pages, answer } = await open('/sensitive', key);
    assert.deepEqual(pages, ['step-up']);
    assert.match(answer.text, /third flowerpot/);
    assert.match(answer.text, /of class <code>phrh<\/code>/);
  });

  it('says so where the person has none or will not, and asks no more', async () => {
    for (const acrValues of [['phrh'], ['urn:example:unheard-of']]) {
      const { open } = await signedIn({ acrValues, maxAge: 300 });
      const { answer } = await open('/sensitive');
      assert.match(answer.text, /This needs another passkey/);
    }
  });

  it('never leads in circles, whatever the resource server wants', async () => {
    const { open } = await signedIn({ acrValues: ['phr'], maxAge: -2 });
    const { answer } = await open('/sensitive');
    assert.equal(answer.status, 403);
    assert.match(answer.text, /Your sign-in is not enough for this/);
  });

  it('tells a client what it wants, and nothing to whoever has no token', async () => {
    const { origin, at } = await signedIn({ acrValues: ['phrh', 'other'], maxAge: 300 });
    const ask = async (authorization?: string) => {
      const headers = authorization ? { authorization } : {};
      const answer = await fetch(`${origin}/api/sensitive`, { headers });
      return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
    };
    assert.deepEqual(await ask(), { status: 401, challenge: 'Bearer' });
    assert.deepEqual(await ask('Basic abc'), { status: 401, challenge: 'Bearer' });
    assert.deepEqual(await ask('Bearer abc'), { status: 401, challenge: 'Bearer error="invalid_token"' });
    const page = await at.get('/sensitive');
    const asked = new URL(page.location ?? '').searchParams;
    assert.deepEqual([asked.get('acr_values'), asked.get('max_age')], ['phrh other', '300']);
    assert.deepEqual(JSON.parse(asked.get('claims') ?? '{}'), {
      id_token: { acr: { essential: true, values: ['phrh', 'other'] } },
    });
  });
});
