import {
  addOnAnotherDevice,
  atHeading,
  expectPicture,
  onlyCredential,
  signUp,
  withoutAutofill,
} from './actions.ts';
import { addAuthenticator } from './authenticator.ts';
import { expect, newPerson, test } from './fixtures.ts';

/** Of a bank, say: nothing but a key that hardware keeps. */
const inHardware = { acrValues: ['phrh'], maxAge: 600 };

test.describe('an app that insists on phrh', () => {
  test('gets it with a passkey that is made on the way, and other apps stay as they were', async ({
    page,
    server,
    authenticator,
    app,
    startApp,
    model,
  }) => {
    const person = newPerson();
    const vault = await startApp('Vault', inHardware);
    await signUp(page, server.origin, person);
    for (const { origin } of [app, vault]) {
      await page.goto(`${origin}/sign-in`);
      await page.getByRole('button', { name: 'Allow' }).click();
      await atHeading(page, `Signed in as ${person.name}`);
      await expect(page.getByRole('row', { name: /^acr phr / })).toBeVisible();
    }

    await page.getByRole('link', { name: 'Open something sensitive' }).click();
    await atHeading(page, 'One more step');
    await expect(page.getByText('Vault asks for a passkey that protects you more strongly')).toBeVisible();
    const own = page.getByRole('region', { name: 'Your passkeys' }).getByRole('listitem');
    await expect(own).toHaveCount(1);
    await expect(own).toContainText(model.statement.description);
    await expect(own).toContainText('Not enough for this');
    await expectPicture(own);
    await expect(page.getByText('It is not enough for this.')).toBeVisible();
    await expect(page.getByText('Good places are a security key or this device.')).toBeVisible();
    await page.getByRole('button', { name: 'Confirm it is you' }).click();
    await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
    await authenticator.remove();
    await addAuthenticator(page, 'security-key');
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await atHeading(page, 'Something sensitive');
    await expect(page.getByText('for a sign-in of class phrh')).toBeVisible();
    await page.goto(vault.origin);
    await expect(page.getByRole('row', { name: /^acr phrh / })).toBeVisible();

    await page.goto(app.origin);
    await expect(page.getByRole('row', { name: /^acr phr / })).toBeVisible();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(page.getByRole('status')).toContainText('Refreshed once');
    await expect(page.getByRole('row', { name: /^acr phr / })).toBeVisible();
  });

  test('is not given it for one that is synced, nor for one that has not told what it is', async ({
    page,
    server,
    authenticator,
    startApp,
  }) => {
    const vault = await startApp('Vault', inHardware);
    await signUp(page, server.origin, newPerson());
    // Made on the account page, where nobody asks a passkey what it is.
    const { first, other } = await addOnAnotherDevice(page, { own: authenticator, kind: 'security-key' });
    await withoutAutofill(page);
    await page.goto(`${vault.origin}/sign-in`);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('link', { name: 'Open something sensitive' }).click();
    await atHeading(page, 'One more step');
    await expect(page.getByRole('listitem').filter({ hasText: 'Not enough for this' })).toHaveCount(2);
    await page.getByRole('button', { name: 'Confirm it is you' }).click();
    await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
    await other.remove();
    const synced = await addAuthenticator(page);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await expect(page.getByRole('status').first()).toContainText('it is not enough for this either');
    await expect(page.getByRole('listitem').filter({ hasText: 'Not enough for this' })).toHaveCount(3);
    expect((await onlyCredential(synced)).credentialId).not.toBe(first.credentialId);
    await page.getByRole('button', { name: 'Go back to Vault' }).click();
    await atHeading(page, 'This needs another passkey');
  });
});
