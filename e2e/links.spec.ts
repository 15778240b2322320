import { atHeading, openAccount, signInByButton, signUp } from './actions.ts';
import { addAuthenticator } from './authenticator.ts';
import { expect, newPerson, test } from './fixtures.ts';
import { createSoftwareBrowser } from './software-browser.ts';

test.describe('links from an administrator', () => {
  test('an invitation makes the first passkey of an account that is there', async ({ page, server }) => {
    const { userName } = newPerson();
    const link = await server.linkOf('user', 'invite', userName, '--name', 'Mary Jackson');
    await page.goto(link);
    await expect(page).toHaveURL(`${server.origin}/invitation`);
    await expect(page.getByText(userName)).toBeVisible();
    await expect(page.getByLabel('Your name')).toHaveValue('Mary Jackson');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await atHeading(page, 'Your account');
    await expect(page.getByRole('heading', { name: 'You are in' })).toBeVisible();

    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await atHeading(page, 'Your account');
  });

  test('an invitation works once', async ({ page, browser, server }) => {
    const link = await server.linkOf('user', 'invite', newPerson().userName);
    await page.goto(link);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await atHeading(page, 'Your account');
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await atHeading(stranger, 'This link does not work any more');
    await stranger.context().close();
  });

  test('a recovery link makes a new passkey, and the lost one stops working', async ({
    page,
    browser,
    server,
  }) => {
    const person = newPerson();
    await signUp(page, server.origin, person);
    const link = await server.linkOf('recover', person.userName);

    const newDevice = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await addAuthenticator(newDevice);
    await newDevice.goto(link);
    await atHeading(newDevice, 'Create a new passkey');
    await expect(newDevice.getByText('Your earlier passkeys stop working')).toBeVisible();
    await newDevice.getByRole('button', { name: 'Create passkey' }).click();
    await atHeading(newDevice, 'Your account');
    await expect(newDevice.getByText('Suspended', { exact: true })).toBeVisible();
    await expect(newDevice.getByText('Waiting for confirmation')).toBeVisible();
    await newDevice.context().close();

    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
  });

  test('who lost a passkey reads what to do, and finds the way back', async ({ page, server }) => {
    await openAccount(page, server.origin);
    await page.getByRole('link', { name: 'I lost my passkey' }).click();
    await atHeading(page, 'I lost my passkey');
    await expect(page.getByText('a link that works once, for 24 hours')).toBeVisible();
    await page.getByRole('link', { name: 'Back to sign-in' }).click();
    await atHeading(page, 'Sign in');
  });

  test('with sign-up by invitation alone, the sign-in page offers no account', async ({
    page,
    freshServer,
  }) => {
    const server = await freshServer({ LATCHKEY_SIGN_UP: 'invitation' });
    const administrator = createSoftwareBrowser(server.origin);
    await administrator.enrol(await server.setupLink(), { name: 'Ada', userName: 'ada' });
    await openAccount(page, server.origin);
    await atHeading(page, 'Sign in');
    await expect(page.getByRole('link', { name: 'Create an account' })).toHaveCount(0);
  });
});
