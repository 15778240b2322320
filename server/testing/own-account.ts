/** What a signed-in person does with their passkeys on the account page. */
import assert from 'node:assert/strict';
import type { ProofPurpose } from '../passkeys/manager.ts';
import { createAuthenticator, type SoftwareAuthenticator } from './authenticator.ts';
import type { Answer, TestBrowser } from './browser.ts';
import { json } from './journeys.ts';

/** Uses a passkey for one purpose. Returns the proof. */
export async function prove(browser: TestBrowser, purpose: ProofPurpose): Promise<string> {
  const begun = await browser.post('/account/confirm/options', { purpose });
  assert.equal(begun.status, 200, begun.text);
  const { options } = json<{ options: never }>(begun);
  const done = await browser.post('/account/confirm', {
    purpose,
    response: browser.authenticator.get(options),
  });
  assert.equal(done.status, 200, done.text);
  return json<{ proof: string }>(done).proof;
}

/** Begins a registration that a proof allows. */
export async function beginPasskey(browser: TestBrowser, proof: string) {
  const begun = await browser.post('/account/passkeys/options', { proof });
  assert.equal(begun.status, 200, begun.text);
  return json<{ options: Parameters<SoftwareAuthenticator['create']>[0] }>(begun).options;
}

/** One more passkey, on an authenticator of its own. */
export async function addPasskey(
  browser: TestBrowser,
  authenticator = createAuthenticator({ origin: browser.origin }),
) {
  const response = authenticator.create(await beginPasskey(browser, await prove(browser, 'add-passkey')));
  const done = await browser.post('/account/passkeys', { response });
  assert.equal(done.status, 200, done.text);
  return { authenticator, passkeyId: response.id };
}

export async function removePasskey(browser: TestBrowser, passkeyId: string): Promise<Answer> {
  return browser.post('/account/passkeys/remove', {
    passkeyId,
    proof: await prove(browser, 'remove-passkey'),
  });
}
