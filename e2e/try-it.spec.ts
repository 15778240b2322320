import { atHeading, createAccount } from './actions.ts';
import { test } from './fixtures.ts';

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
