import type { Browser, Page } from '@playwright/test';
import {
  addOnAnotherDevice,
  atHeading,
  onlyCredential,
  openAccount,
  type Person,
  signInByButton,
  signUp,
} from './actions.ts';
import { addAuthenticator, type Credential, type VirtualAuthenticator } from './authenticator.ts';
import { expect, newPerson, test } from './fixtures.ts';

const passkeys = (page: Page) => page.getByRole('region', { name: 'Passkeys' });
const sessions = (page: Page) => page.getByRole('region', { name: 'Where you are signed in' });

test.describe('account', () => {
  let person: Person;

  test.beforeEach(async ({ page, server }) => {
    person = newPerson();
    await signUp(page, server.origin, person);
  });

  test('renames a passkey after it was used once more', async ({ page }) => {
    await passkeys(page).getByRole('button', { name: 'Rename' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rename this passkey' });
    await dialog.getByLabel('Name').fill('My telephone');
    await dialog.getByRole('button', { name: 'Save name' }).click();
    await expect(passkeys(page).getByRole('heading', { name: 'My telephone' })).toBeVisible();
  });

  test('refuses to rename where the passkey is not shown', async ({ page, authenticator }) => {
    await authenticator.setVerified(false);
    await passkeys(page).getByRole('button', { name: 'Rename' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rename this passkey' });
    await dialog.getByLabel('Name').fill('Not mine');
    await dialog.getByRole('button', { name: 'Save name' }).click();
    await expect(dialog.getByRole('status')).toContainText('Nothing happened');
    await page.reload();
    await expect(passkeys(page).getByRole('heading', { name: 'Not mine' })).toHaveCount(0);
  });

  test('keeps the only passkey and says why', async ({ page }) => {
    await expect(passkeys(page)).toContainText('You have one passkey');
    await passkeys(page).getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your only passkey stays' });
    await expect(dialog).toContainText('Add another one before you remove it');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(passkeys(page).getByRole('button', { name: 'Remove' })).toBeFocused();
  });

  test('removes a passkey, and the session that it had made ends', async ({
    page,
    browser,
    server,
    authenticator,
  }) => {
    const second = await secondPasskey(page, authenticator);
    const elsewhere = await signedInElsewhere(browser, server.origin, second);
    await page.reload();
    await expect(sessions(page).getByRole('listitem')).toHaveCount(2);

    await passkeys(page).getByRole('listitem').nth(1).getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog', { name: /^Remove / });
    await expect(dialog).toContainText('This ends one session');
    await dialog.getByRole('button', { name: 'Remove passkey' }).click();
    await expect(passkeys(page).getByRole('button', { name: 'Rename' })).toHaveCount(1);
    await expect(sessions(page).getByRole('listitem')).toHaveCount(1);

    await elsewhere.reload();
    await atHeading(elsewhere, 'Sign in');
    await elsewhere.context().close();
  });

  test('ends one session', async ({ page, browser, server, authenticator }) => {
    const other = await signedInElsewhere(browser, server.origin, await onlyCredential(authenticator));
    await page.reload();
    await expect(sessions(page).getByText('This session')).toHaveCount(1);
    await sessions(page).getByRole('button', { name: 'End session' }).click();
    await expect(sessions(page).getByRole('listitem')).toHaveCount(1);
    await other.reload();
    await atHeading(other, 'Sign in');
    await other.context().close();
  });

  test('ends all other sessions', async ({ page, browser, server, authenticator }) => {
    const credential = await onlyCredential(authenticator);
    const others = [
      await signedInElsewhere(browser, server.origin, credential),
      await signedInElsewhere(browser, server.origin, credential),
    ];
    await page.reload();
    await sessions(page).getByRole('button', { name: 'End all others' }).click();
    await expect(sessions(page).getByRole('listitem')).toHaveCount(1);
    for (const other of others) {
      await other.reload();
      await atHeading(other, 'Sign in');
      await other.context().close();
    }
    await page.reload();
    await atHeading(page, 'Your account');
  });

  test('saves name and e-mail address, and keeps what was typed where it is wrong', async ({ page }) => {
    const profile = page.getByRole('region', { name: 'Profile' });
    await profile.getByLabel('Your name').fill('Ada King');
    await profile.getByLabel('E-mail address').fill('not an address');
    await profile.getByRole('button', { name: 'Save changes' }).click();
    await expect(profile.getByLabel('E-mail address')).toHaveAttribute('aria-invalid', 'true');
    await expect(profile.getByLabel('Your name')).toHaveValue('Ada King');
    await profile.getByLabel('E-mail address').fill('ada@example.com');
    await profile.getByRole('button', { name: 'Save changes' }).click();
    await expect(profile.getByRole('status')).toContainText('Saved');
    await page.reload();
    await expect(page.getByRole('main')).toContainText('Ada King');
    await expect(profile.getByLabel('E-mail address')).toHaveValue('ada@example.com');
  });

  test('speaks the language that was chosen from then on', async ({ page }) => {
    const profile = page.getByRole('region', { name: 'Profile' });
    await profile.getByLabel('Language').selectOption('de');
    await profile.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  });

  test('signs out after asking, and the way back needs the passkey', async ({
    page,
    authenticator,
    server,
  }) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await atHeading(page, 'Sign out?');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await atHeading(page, 'You are signed out');
    await authenticator.setPresent(false);
    await openAccount(page, server.origin);
    await atHeading(page, 'Sign in');
  });

  test('stays signed in where the person changes their mind about signing out', async ({ page, server }) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await openAccount(page, server.origin);
    await atHeading(page, 'Your account');
  });
});

/** Makes a passkey on another device. This browser keeps the one it has; the new one is for elsewhere. */
async function secondPasskey(page: Page, own: VirtualAuthenticator): Promise<Credential> {
  const { other, first, second } = await addOnAnotherDevice(page, { own });
  await other.removeCredential(second.credentialId);
  await other.addCredential(first);
  return second;
}

/** Another browser that signs in with the same or another passkey of the person. */
async function signedInElsewhere(browser: Browser, origin: string, credential: Credential): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  const authenticator = await addAuthenticator(page);
  // The counter only ever goes up, whichever browser the passkey is used in (WebAuthn L3 §6.1.1).
  credential.signCount += 100;
  await authenticator.addCredential(credential);
  await signInByButton(page, () => openAccount(page, origin));
  await atHeading(page, 'Your account');
  return page;
}
