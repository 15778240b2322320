import { once } from 'node:events';
import { createServer } from 'node:http';
import { atHeading, createAccount } from './actions.ts';
import { expect, test } from './fixtures.ts';

// On one engine alone: the demo app has one address, http://localhost:3001, so two of these cannot run at once.
test('the new administrator tries it: the demo app starts, and signs them in without a question', async ({
  page,
  freshServer,
}) => {
  const server = await freshServer();
  await page.goto(await server.setupLink());
  await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
  await page.getByRole('link', { name: 'Try it' }).click();
  await atHeading(page, 'Signed in as Ada Lovelace');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('Refreshed once').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await atHeading(page, 'A small app');
});

test('the demo app says so when the person signs out at the provider', async ({ page, freshServer }) => {
  const server = await freshServer();
  await page.goto(await server.setupLink());
  await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
  await page.getByRole('link', { name: 'Try it' }).click();
  await atHeading(page, 'Signed in as Ada Lovelace');
  await page.goto(`${server.origin}/session/end`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await atHeading(page, 'You are signed out');
  await expect(async () => {
    await page.goto('http://localhost:3001/');
    await expect(page.getByRole('status')).toContainText('your session there is over', { timeout: 2000 });
  }).toPass();
  await atHeading(page, 'A small app');
});

test('another program at the address of the demo app is not taken for it', async ({ page, freshServer }) => {
  const server = await freshServer();
  const other = createServer((_, answer) => answer.end('<h1>Something else</h1>'));
  await once(other.listen(3001, 'localhost'), 'listening');
  try {
    await page.goto(await server.setupLink());
    await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
    await page.getByRole('link', { name: 'Try it' }).click();
    await atHeading(page, 'One moment, please');
    await expect(page.getByRole('main')).toContainText('port 3001, which another program holds');
  } finally {
    other.close().closeAllConnections();
  }
});
