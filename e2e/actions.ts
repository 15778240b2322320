import { expect, type Page } from '@playwright/test';

export interface Person {
  name: string;
  userName: string;
}

/** Opens the person's own account; whoever is not signed in lands on the sign-in page. */
export async function openAccount(page: Page, origin: string): Promise<void> {
  // With a passkey at hand autofill leaves the page before it has loaded.
  await page.goto(`${origin}/account`, { waitUntil: 'commit' });
}

/** Fills in the form of setup or sign-up and makes a passkey. */
export async function createAccount(page: Page, { name, userName }: Person): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('User name').fill(userName);
  await page.getByRole('button', { name: 'Create passkey' }).click();
}

/** A new account by sign-up, ending on its account page. */
export async function signUp(page: Page, origin: string, person: Person): Promise<void> {
  await openAccount(page, origin);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await createAccount(page, person);
  await atHeading(page, 'Your account');
}

/** Opens the sign-in page and presses its button. */
export async function signInByButton(page: Page, open: () => Promise<unknown>): Promise<void> {
  await withoutAutofill(page);
  await open();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
}

/** As in a browser that cannot do it: otherwise a passkey at hand signs in by itself, sooner or later than the test. */
export async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false;');
}

export async function atHeading(page: Page, name: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
}
