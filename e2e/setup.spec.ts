import { atHeading, createAccount } from './actions.ts';
import { addAuthenticator } from './authenticator.ts';
import { expect, test } from './fixtures.ts';

test.describe('first run', () => {
  test('a newcomer opens the setup link, becomes administrator and is offered a second passkey', async ({
    page,
    authenticator,
    freshServer,
  }) => {
    const server = await freshServer();
    await page.goto(await server.setupLink());
    await expect(page).toHaveURL(`${server.origin}/setup`);
    await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });

    await expect(page.getByRole('heading', { name: 'You are the administrator' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Add a second passkey' })).toBeEnabled();
    await expect(page.getByText('One passkey is one way in')).toBeVisible();
    expect(await authenticator.credentials()).toHaveLength(1);
  });

  test('a second passkey from another device is added right after setup', async ({
    page,
    authenticator,
    freshServer,
  }) => {
    const server = await freshServer();
    await page.goto(await server.setupLink());
    await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
    await page.getByRole('button', { name: 'Add a second passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByRole('button', { name: 'Confirm it is you' }).click();
    await expect(dialog.getByRole('button', { name: 'Create passkey' })).toBeVisible();
    await authenticator.remove();
    await addAuthenticator(page);
    await dialog.getByRole('button', { name: 'Create passkey' }).click();
    await expect(page.getByRole('status').getByText('is ready')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Rename' })).toHaveCount(2);
  });

  test('without the link nobody becomes administrator', async ({ page, freshServer }) => {
    const server = await freshServer();
    for (const path of ['/', '/setup']) {
      await page.goto(`${server.origin}${path}`);
      await atHeading(page, 'Open the setup link');
      await expect(page.getByRole('button', { name: 'Create passkey' })).toHaveCount(0);
    }
  });

  test('a setup link opened before is still good, and after the setup it leads to the sign-in', async ({
    page,
    browser,
    freshServer,
  }) => {
    const server = await freshServer();
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(await server.setupLink());
    await page.goto(await server.setupLink());
    await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
    await expect(page.getByRole('heading', { name: 'You are the administrator' })).toBeVisible();
    await stranger.goto(await server.setupLink());
    await atHeading(stranger, 'Your Latchkey account');
    await stranger.context().close();
  });

  test('the page at 127.0.0.1 says that it is the wrong address and which setting would make it right', async ({
    page,
    freshServer,
  }) => {
    const server = await freshServer();
    await page.goto((await server.setupLink()).replace('localhost', '127.0.0.1'));
    await expect(page.getByRole('heading', { name: 'This is not the right address' })).toBeVisible();
    await expect(page.getByText('LATCHKEY_ISSUER')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go to the right address' })).toHaveAttribute(
      'href',
      new RegExp(`^${server.origin}/`),
    );
  });
});
