import { atHeading, openAccount, signUp } from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';

test.describe('while the passkey manager is away', () => {
  test('F15 the page says so at once, and goes on by itself when it is back', async ({
    page,
    authenticator,
    freshServer,
  }) => {
    const { origin, passkeys } = await freshServer({ LATCHKEY_SIGN_UP: 'open' });
    await signUp(page, origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setPresent(false);
    await passkeys?.kill();
    await openAccount(page, origin);
    await atHeading(page, 'One moment, please');
    await expect(page.getByText('this page tries again by itself')).toBeVisible();
    await passkeys?.start();
    await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeVisible({
      timeout: 15_000,
    });
    await authenticator.setPresent(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atHeading(page, 'Your account');
  });
});
