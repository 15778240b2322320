import { atHeading, signUp } from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';

test.describe('signing out from an app', () => {
  test.beforeEach(async ({ page, authenticator, server, app }) => {
    await signUp(page, server.origin, newPerson());
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, /^Signed in as/);
    await authenticator.setPresent(false);
  });

  test('ends the session at the provider and comes back to the app', async ({ page, app }) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await atHeading(page, 'Sign out?');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(new RegExp(`^${app.origin}/`));
    await atHeading(page, 'A small app');
    await page.goto(`${app.origin}/sign-in`);
    await atHeading(page, 'Sign in');
  });

  test('O27 the account cannot be seen with the back button afterwards', async ({ page, server }) => {
    await page.goto(`${server.origin}/account`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await atHeading(page, 'You are signed out');
    await page.goto(`${server.origin}/account`);
    await atHeading(page, 'Sign in');
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toHaveCount(0);
  });
});
