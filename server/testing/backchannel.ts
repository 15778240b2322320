/** An app that asks for people by itself (CIBA), and the person who answers, in tests. */
import assert from 'node:assert/strict';
import type { NewApp } from '../apps/validation.ts';
import { type AppUnderTest, addApp, type Parameters as Fields, type TokenAnswer } from './app-under-test.ts';
import type { SoftwareAuthenticator } from './authenticator.ts';
import type { Answer, TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { json } from './journeys.ts';

export interface BackchannelApp extends AppUnderTest {
  ask(parameters: Fields): Promise<TokenAnswer>;
  /** Asks. Returns `auth_req_id`. */
  begin(parameters: Fields): Promise<string>;
  poll(authReqId: string): Promise<TokenAnswer>;
}

export async function addBackchannelApp(
  installation: TestInstallation,
  input: Partial<NewApp> = {},
): Promise<BackchannelApp> {
  const poll = { deliveryMode: 'poll' } as const;
  const app = await addApp(installation, { name: 'Phone Desk', kind: 'web', ciba: poll, ...input });
  const ask = (parameters: Fields) => app.post('/backchannel', { scope: 'openid', ...parameters });
  return {
    ...app,
    ask,
    async begin(parameters) {
      const { status, body } = await ask(parameters);
      assert.equal(status, 200, JSON.stringify(body));
      return String(body.auth_req_id);
    },
    poll: (auth_req_id) =>
      app.post('/token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id }),
  };
}

/** What the page of a person has, the latest last. */
export async function waitingFor(browser: TestBrowser): Promise<{ ids: string[]; html: string }> {
  const answer = await browser.get('/account/requests', { accept: 'application/json' });
  assert.equal(answer.status, 200, answer.text);
  const { ids, html } = json<{ ids: string; html: string }>(answer);
  return { ids: ids.split(' ').filter(Boolean), html };
}

/** Of the one that is the latest. */
export async function latestFor(browser: TestBrowser): Promise<string> {
  return (await waitingFor(browser)).ids.at(-1) ?? assert.fail('nothing waits');
}

/** Uses a passkey for a request. Returns what would be posted. */
export async function signFor(browser: TestBrowser, id: string, authenticator = browser.authenticator) {
  const begun = await browser.post('/account/requests/options', { id });
  assert.equal(begun.status, 200, begun.text);
  const { options } = json<{ options: GetOptions }>(begun);
  return { id, response: authenticator.get(options) };
}

type GetOptions = Parameters<SoftwareAuthenticator['get']>[0];

/** The latest, from the page to the answer. */
export async function approveLatest(browser: TestBrowser): Promise<Answer> {
  const done = await browser.post(
    '/account/requests/approve',
    await signFor(browser, await latestFor(browser)),
  );
  assert.equal(done.status, 200, done.text);
  return done;
}
