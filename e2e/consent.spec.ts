import { atHeading, signInByButton, signUp } from './actions.ts';
import { appName, expect, newPerson, test } from './fixtures.ts';

test.describe('consent', () => {
  test.beforeEach(async ({ page, server }) => {
    await signUp(page, server.origin, newPerson('Grace Hopper'));
  });

  test('says in plain words what the app will see', async ({ page, app }) => {
    await page.goto(`${app.origin}/sign-in`);
    await atHeading(page, `Connect to ${appName}?`);
    await expect(page.getByRole('listitem').filter({ hasText: 'See your name' })).toContainText(
      'Grace Hopper',
    );
    await expect(page.getByText(new URL(app.origin).host)).toBeVisible();
  });

  test('is remembered once it was given', async ({ page, app }) => {
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Signed in as Grace Hopper');
    await page.goto(`${app.origin}/sign-in`);
    await atHeading(page, 'Signed in as Grace Hopper');
    await page.context().clearCookies();
    await signInByButton(page, () => page.goto(`${app.origin}/sign-in`));
    await atHeading(page, 'Signed in as Grace Hopper');
  });

  test('refused, brings the person back to the app with nothing shared', async ({ page, app }) => {
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await atHeading(page, 'You did not sign in');
    await page.goto(`${app.origin}/sign-in`);
    await atHeading(page, `Connect to ${appName}?`);
  });

  test('is taken back in the account, and asked for again', async ({ page, app, server }) => {
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Signed in as Grace Hopper');
    await page.goto(`${server.origin}/account`);
    const apps = page.getByRole('region', { name: 'Connected apps' });
    await expect(apps.getByRole('heading', { name: appName })).toBeVisible();
    await apps.getByRole('button', { name: 'Disconnect' }).click();
    await expect(apps.getByRole('heading', { name: appName })).toHaveCount(0);
    await page.reload();
    await expect(apps).toContainText('No app is connected yet');
    await page.goto(app.origin);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await atHeading(page, 'Your sign-in has ended');
    await page.goto(`${app.origin}/sign-in`);
    await atHeading(page, `Connect to ${appName}?`);
  });
});
