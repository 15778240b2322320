/** A device without a browser, and the person who connects it, in tests. */
import assert from 'node:assert/strict';
import * as client from 'openid-client';
import type { Answer, TestBrowser } from './browser.ts';
import { submitForm } from './sign-out.ts';

interface DeviceAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

export interface Device {
  configuration: client.Configuration;
  /** A code to show. */
  begin(parameters?: Record<string, string>): Promise<DeviceAnswer>;
  /** One question for its tokens. */
  poll(deviceCode: string): Promise<{ status: number; body: Record<string, unknown> }>;
}

export async function device(origin: string, clientId: string): Promise<Device> {
  const configuration = await client.discovery(new URL(origin), clientId, {}, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: clientId, ...fields });
    const headers = { 'user-agent': 'television/4.2' };
    const response = await fetch(`${origin}${path}`, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    configuration,
    async begin(parameters = {}) {
      const { status, body } = await post('/device/auth', { scope: 'openid', ...parameters });
      assert.equal(status, 200, JSON.stringify(body));
      return body as unknown as DeviceAnswer;
    },
    poll: (deviceCode) =>
      post('/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: deviceCode,
      }),
  };
}

/** Types a code on the page for it. Returns the page that follows. */
export async function typeCode(browser: TestBrowser, code: string): Promise<Answer> {
  const page = await browser.get('/device');
  assert.equal(page.status, 200, page.text);
  return submitForm(browser, page, { user_code: code });
}

/** Answers the page that shows what asks. Returns what comes of it, redirects followed. */
export async function answerDevice(
  browser: TestBrowser,
  page: Answer,
  answer: 'confirm' | 'abort',
): Promise<Answer> {
  const next = await submitForm(browser, page, { [answer]: 'yes' });
  return next.location ? browser.follow(next.location) : next;
}
