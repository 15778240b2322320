/** Leaving, and coming back as somebody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, createBrowser, type TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { answerSignIn } from './journeys.ts';

/** Submits the one form of a page as its button, or its script, would. */
export function submitForm(browser: TestBrowser, page: Answer, more: Record<string, string> = {}) {
  const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
  assert.ok(action, page.text.slice(0, 1000));
  const inputs = page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  const fields = Object.fromEntries([...inputs].map(([, name, value]) => [name, unescaped(value ?? '')]));
  return browser.submit(unescaped(action), { ...fields, ...more });
}

/** Signs out on the page that asks, and follows to the end. */
export async function signOut(browser: TestBrowser, query = ''): Promise<Answer> {
  const page = await browser.get(`/session/end${query}`);
  assert.equal(page.status, 200, page.text);
  return submitForm(browser, page, { logout: 'yes' });
}

/** The same person's passkey in another browser, signed in to the account page. */
export async function signInElsewhere(
  { origin }: Pick<TestInstallation, 'origin'>,
  { authenticator }: Pick<TestBrowser, 'authenticator'>,
): Promise<TestBrowser> {
  const browser = { ...createBrowser(origin), authenticator };
  const account = await browser.follow(await answerSignIn(browser, await browser.follow('/account')));
  assert.equal(account.status, 200, account.text);
  return browser;
}

/**
 * Leaves one app without signing out, which renews the session's id. The server has read the session, and waits for
 * the end of the form until it is let go.
 */
export async function renewId(browser: TestBrowser, appId: string): Promise<{ letGo(): Promise<void> }> {
  const page = await browser.get(`/session/end?client_id=${appId}`);
  const form = `xsrf=${/name="xsrf" value="([^"]+)"/.exec(page.text)?.[1]}`;
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  const headers = {
    cookie,
    origin: browser.origin,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': form.length,
  };
  const outgoing = request(`${browser.origin}/session/end/confirm`, { method: 'POST', headers });
  outgoing.write(form.slice(0, 5));
  await delay(200);
  return {
    async letGo() {
      outgoing.end(form.slice(5));
      const [response] = await once(outgoing, 'response');
      assert.equal(response.resume().statusCode, 303);
      for (const line of response.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value) browser.cookies.set(name, { value, path: '/' });
      }
    },
  };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}
