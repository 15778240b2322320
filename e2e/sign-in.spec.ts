import { atHeading, createAccount, openAccount, signInByButton, signUp, withoutAutofill } from './actions.ts';
import { appName, expect, newPerson, test } from './fixtures.ts';

test.describe('signing in', () => {
  test('a new person signs up on the way to an app, allows it, and is signed in there', async ({
    page,
    authenticator,
    app,
  }) => {
    const person = newPerson('Grace Hopper');
    await page.goto(app.origin);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await atHeading(page, 'Sign in');
    await expect(page.getByText(`to continue to ${appName}`)).toBeVisible();
    await page.getByRole('link', { name: 'Create an account' }).click();
    await createAccount(page, person);
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Signed in as Grace Hopper');
    await expect(page.getByRole('row', { name: /^acr phr/ })).toBeVisible();
    expect(await authenticator.credentials()).toHaveLength(1);
  });

  test('the button signs a returning person in', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await atHeading(page, 'Your account');
  });

  test('autofill offers the passkey without a press of the button', async ({
    page,
    authenticator,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setPresent(true);
    await openAccount(page, server.origin);
    await atHeading(page, 'Your account');
  });

  test('a dismissed prompt is no error and can be repeated', async ({ page, authenticator, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setVerified(false);
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('Nothing happened');
    await authenticator.setVerified(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atHeading(page, 'Your account');
  });

  test('an open prompt can be stopped', async ({ page, authenticator, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setPresent(false);
    await openAccount(page, server.origin);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await expect(page.getByRole('status')).toContainText('Stopped');
    await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeEnabled();
  });

  test('a passkey that the server has never seen is refused and nothing is told about it', async ({
    page,
    authenticator,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    const [known] = await authenticator.credentials();
    if (!known) throw new Error('no passkey was made');
    await authenticator.removeCredential(known.credentialId);
    await authenticator.addCredential({ ...known, credentialId: Buffer.alloc(32, 7).toString('base64') });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
    await atHeading(page, 'Sign in');
  });

  test('a passkey with another key is refused', async ({ page, authenticator, server }) => {
    const { generateKeyPairSync } = await import('node:crypto');
    await signUp(page, server.origin, newPerson());
    const [known] = await authenticator.credentials();
    if (!known) throw new Error('no passkey was made');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await authenticator.removeCredential(known.credentialId);
    await authenticator.addCredential({
      ...known,
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
  });

  test('a lost network keeps the page and says so, and the next try works', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await withoutAutofill(page);
    await openAccount(page, server.origin);
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    await expect(button).toBeEnabled();
    await page.context().setOffline(true);
    await button.click();
    await expect(page.getByRole('status')).toContainText(/offline|cannot be reached/);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await atHeading(page, 'Your account');
  });

  test('cancelling brings the person back to the app, which learns that they said no', async ({
    page,
    app,
  }) => {
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page).toHaveURL(new RegExp(`^${app.origin}`));
    await atHeading(page, 'You did not sign in');
  });

  test('F19 a double click makes one session', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await withoutAutofill(page);
    await openAccount(page, server.origin);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).dblclick();
    await atHeading(page, 'Your account');
    // The session of the sign-up is gone with its cookie, but not ended: it and the new one.
    await expect(
      page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem'),
    ).toHaveCount(2);
  });

  test('F19 a sign-in finished in one tab leaves a friendly page in the other', async ({
    page,
    app,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    let address = '';
    await signInByButton(page, async () => {
      await page.goto(`${app.origin}/sign-in`);
      address = page.url();
    });
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, /^Signed in as/);
    const other = await page.context().newPage();
    await other.goto(address);
    await atHeading(other, 'This sign-in has ended');
  });
});
