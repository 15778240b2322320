import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { openAccount, signUp } from './actions.ts';
import { complaintsOf } from './complaints.ts';
import { expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

const audience = 'https://orders.example.com';
const verifier = 'a-verifier-that-is-long-enough-for-rfc-7636-4.1';
const challenge = createHash('sha256').update(verifier).digest('base64url');

interface AddedApp {
  id: string;
  callback: string;
  authorization: string;
}

async function addApp(
  { server, callback }: { server: ServerProcess; callback: string },
  ...said: string[]
): Promise<AddedApp> {
  const printed = await server.latchkey('app', 'add', ...said, '--redirect', callback, '--json');
  const { app, secret } = JSON.parse(printed) as { app: { id: string }; secret: string };
  const authorization = `Basic ${Buffer.from(`${app.id}:${secret}`).toString('base64')}`;
  return { id: app.id, callback, authorization };
}

async function ask({ origin }: ServerProcess, { authorization }: AddedApp, fields: Record<string, string>) {
  const body = new URLSearchParams(fields);
  const response = await fetch(`${origin}/token`, { method: 'POST', body, headers: { authorization } });
  return (await response.json()) as Record<string, string>;
}

/** The person lets the shop in, and it gets a token for the API. */
async function tokenOf(page: Page, server: ServerProcess, shop: AddedApp): Promise<string> {
  const { callback } = shop;
  const request = new URLSearchParams({
    ...{ client_id: shop.id, redirect_uri: callback, response_type: 'code', scope: 'openid read' },
    ...{ resource: audience, code_challenge: challenge, code_challenge_method: 'S256' },
  });
  await page.goto(`${server.origin}/auth?${request}`);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${callback}*`);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  return (await ask(server, shop, fields)).access_token ?? '';
}

test('people see on their account page which app acted as them', async ({ page, freshServer, app }) => {
  test.setTimeout(120_000);
  const server = await freshServer({ LATCHKEY_SIGN_UP: 'open', LATCHKEY_IMPERSONATION: 'on' });
  const at = { server, callback: `${app.origin}/callback` };
  const shop = await addApp(at, 'Web Shop');
  const pair = JSON.stringify({ apps: [shop.id], impersonates: [shop.id] });
  const desk = await addApp(at, 'Help Desk', '--token-exchange', pair);
  const parts = [`${shop.id}=read`, `${desk.id}=read`];
  await server.latchkey(
    'api',
    'add',
    audience,
    'Orders',
    '--scope',
    'read=Read your orders.',
    '--app',
    ...parts,
  );
  await signUp(page, server.origin, newPerson('Grace Hopper'));
  const subject_token = await tokenOf(page, server, shop);
  await openAccount(page, server.origin);
  await expect(page.getByRole('heading', { name: 'Apps that acted as you' })).toHaveCount(0);

  const { access_token, error_description } = await ask(server, desk, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'urn:latchkey:token-type:impersonation',
  });
  expect(access_token, error_description).toBeTruthy();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.reload();
  const section = page.getByRole('region', { name: 'Apps that acted as you' });
  await expect(section.getByRole('heading', { name: 'Help Desk acted as you' })).toBeVisible();
  await expect(section.getByText('At Orders, with what you had allowed Web Shop')).toBeVisible();
  expect(await complaintsOf(page)).toEqual([]);
});
