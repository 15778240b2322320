import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { createDemo } from '../demo/demo.ts';
import { atHeading } from './actions.ts';
import { addAuthenticator } from './authenticator.ts';
import { complaintsOf } from './complaints.ts';
import { expect, test } from './fixtures.ts';
import { freePort } from './free-port.ts';
import type { ServerProcess } from './server-process.ts';
import { connectApp, defineApi, invite, setUpConsole, visitConsole } from './tour-of-console.ts';

/** The demo app, told of nothing but its client id. */
async function startDemo(server: ServerProcess, { port, clientId }: { port: number; clientId: string }) {
  const origin = `http://127.0.0.1:${port}`;
  const listening = createDemo({ issuer: server.origin, origin, clientId }).listen(port, '127.0.0.1');
  await once(listening, 'listening');
  return {
    origin,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections();
      listening.close();
    },
  };
}

/** Connects a browser-only app in the console, and tells its client id. */
async function connect(page: Page, server: ServerProcess, redirectUri: string): Promise<string> {
  await page.goto(`${server.origin}/console/apps/new`);
  await connectApp(page, { name: 'Field Notes', kind: 'Browser-only app', redirectUri });
  await atHeading(page, 'Field Notes');
  return (await page.locator('#client-id').textContent()) ?? '';
}

test('an administrator connects an app from nothing, and somebody signs in to it', async ({
  page,
  freshServer,
}) => {
  const server = await freshServer();
  await setUpConsole(page, server);
  await page.getByRole('link', { name: 'Administration' }).click();
  await atHeading(page, 'Overview');
  const port = await freePort();
  const clientId = await connect(page, server, `http://127.0.0.1:${port}/callback`);
  await using demo = await startDemo(server, { port, clientId });
  await page.goto(demo.origin);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await atHeading(page, 'Signed in as Ada Lovelace');

  // Which passkey signed this session?
  await page.goto(`${server.origin}/console/sessions?person=ada`);
  const session = page.getByRole('row', { name: /Chrome/ }).first();
  await session.getByRole('cell').nth(2).getByRole('link').click();
  await expect(
    page.getByRole('region', { name: 'What it signed' }).getByRole('link', { name: 'Field Notes' }),
  ).toBeVisible();
});

test('an administrator defines an API, and an app that is allowed there gets a token for it', async ({
  page,
  request,
  freshServer,
}) => {
  const server = await freshServer();
  await setUpConsole(page, server);
  await page.goto(`${server.origin}/console/apps/new`);
  await page.getByLabel('Name', { exact: true }).fill('Nightly report');
  await page.getByLabel('Machine').check();
  await page.getByRole('button', { name: 'Connect app' }).click();
  await atHeading(page, 'Nightly report');
  const [id, secret] = await Promise.all(
    ['#client-id', '#client-secret'].map(async (field) => (await page.locator(field).textContent()) ?? ''),
  );
  const audience = 'https://api.example.com/invoices';
  const ask = () =>
    request.post(`${server.origin}/token`, {
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      form: { grant_type: 'client_credentials', resource: audience, scope: 'invoices:read' },
    });
  expect(await (await ask()).json()).toMatchObject({ error: 'invalid_target' });

  await page.getByRole('link', { name: 'APIs', exact: true }).first().click();
  await page.getByRole('link', { name: 'Define an API' }).click();
  await defineApi(page, { name: 'Invoices', audience, scopes: 'invoices:read Read all invoices.' });
  await atHeading(page, 'Invoices');
  await page.getByLabel('Allow an app something').fill('Nightly report');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByLabel('invoices:read').check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(async () => {
    const { access_token: token, scope } = await (await ask()).json();
    expect(scope).toBe('invoices:read');
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ iss: server.origin, aud: audience, client_id: id });
  }).toPass({ timeout: 5000 });
});

test('an app that sends another redirect address is mended from the hint', async ({ page, freshServer }) => {
  const server = await freshServer();
  await setUpConsole(page, server);
  const port = await freePort();
  const clientId = await connect(page, server, `http://127.0.0.1:${port}/callback/`);
  await using demo = await startDemo(server, { port, clientId });
  await page.goto(demo.origin);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await atHeading(page, 'This sign-in cannot continue');
  const add = page.getByRole('button', { name: /^Add this address/ });
  await expect(async () => {
    await page.goto(`${server.origin}/console/apps/${clientId}`);
    await expect(add).toBeVisible({ timeout: 2000 });
  }).toPass();
  await expect(page.getByText('differs by a trailing slash')).toBeVisible();
  await add.click();
  await expect(page.getByRole('status')).toContainText('The address is added');
  await page.goto(demo.origin);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await atHeading(page, 'Connect to Field Notes?');
});

test('somebody is invited, signed out everywhere, and disabled', async ({ page, browser, freshServer }) => {
  const server = await freshServer();
  await setUpConsole(page, server);
  await page.goto(`${server.origin}/console/people`);
  await page.getByRole('link', { name: 'Invite a person' }).click();
  const url = await invite(page, { name: 'Grace Hopper', userName: 'grace' });

  const grace = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await addAuthenticator(grace);
  await grace.goto(url);
  await grace.getByRole('button', { name: 'Create passkey' }).click();
  await atHeading(grace, 'Your account');

  await page.goto(`${server.origin}/console/people?search=grace`);
  await page.getByRole('link', { name: 'Grace Hopper' }).click();
  await page.getByRole('button', { name: 'End all sessions' }).click();
  await expect(page.getByRole('status')).toContainText('are ended');
  await grace.goto(`${server.origin}/account`, { waitUntil: 'commit' });
  await atHeading(grace, 'Your account');

  await page.reload();
  await page.getByText('Disable this account').click();
  await expect(page.getByText(/session ends/)).toBeVisible();
  await page.getByRole('button', { name: 'Disable account' }).click();
  await expect(page.getByRole('status')).toContainText('The account is disabled');
  await grace.reload({ waitUntil: 'commit' });
  await expect(grace.getByText('This account is disabled')).toBeVisible();
  await grace.context().close();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing on any page of the console at 320 px, ${colorScheme}, nothing moves or scrolls sideways`, async ({
    page,
    freshServer,
  }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const server = await freshServer();
    await setUpConsole(page, server);
    const found: string[] = [];
    await visitConsole({ page, server }, async (name) => {
      for (const complaint of await complaintsOf(page)) found.push(`${name}: ${complaint}`);
    });
    expect(found).toEqual([]);
  });
