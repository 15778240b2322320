import type { Page } from '@playwright/test';
import {
  addOnAnotherDevice,
  atHeading,
  expectPicture,
  openAccount,
  signInByButton,
  signUp,
} from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';

const cards = (page: Page) =>
  page.getByRole('region', { name: 'Passkeys' }).getByRole('listitem').filter({ hasText: 'Created' });

test.describe('the model of a passkey', () => {
  test('is shown with its name and picture, and with whether it is synced or stays on its device', async ({
    page,
    server,
    authenticator,
    model,
  }) => {
    await signUp(page, server.origin, newPerson());
    const name = model.statement.description;
    await addOnAnotherDevice(page, { own: authenticator, kind: 'device-bound' });
    const [synced, bound] = [cards(page).nth(0), cards(page).nth(1)];
    await expect(synced).toContainText('Synced between your devices');
    await expect(bound).toContainText('On this one device only');
    for (const card of [synced, bound]) {
      await expect(card).toContainText(name);
      await expectPicture(card);
    }
  });

  test('is not guessed for a security key, which is asked for it where a rule needs it', async ({
    page,
    server,
    authenticator,
    model,
  }) => {
    await signUp(page, server.origin, newPerson());
    await addOnAnotherDevice(page, { own: authenticator, kind: 'security-key' });
    await expect(cards(page).nth(1)).toContainText('On this one device only');
    await expect(cards(page).nth(1)).not.toContainText(model.statement.description);
    await expect(cards(page).nth(1).locator('img')).toHaveCount(0);
  });
});

test.describe('what is said of backups', () => {
  test('may change, and the person sees since when', async ({ page, server, authenticator }) => {
    await signUp(page, server.origin, newPerson());
    const [passkey] = await authenticator.credentials();
    await authenticator.setBackup(passkey?.credentialId ?? '', { isOn: false });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await atHeading(page, 'Your account');
    await expect(cards(page)).toContainText('No longer backed up');
  });

  test('W9 never makes another kind of a passkey: that is refused', async ({
    page,
    server,
    authenticator,
  }) => {
    await signUp(page, server.origin, newPerson());
    const [passkey] = await authenticator.credentials();
    await authenticator.setBackup(passkey?.credentialId ?? '', { eligible: false, isOn: false });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
    await atHeading(page, 'Sign in');
  });
});
