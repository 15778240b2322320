import { expect, type Page } from '@playwright/test';
import type { VirtualAuthenticator } from './authenticator.ts';

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

/**
 * Presses the button on the sign-in page. Autofill would take a passkey that is there by itself, so the person
 * looks away while the page opens.
 */
export async function signInByButton(
  page: Page,
  authenticator: VirtualAuthenticator,
  open: () => Promise<unknown>,
): Promise<void> {
  await authenticator.setPresent(false);
  await open();
  const button = page.getByRole('button', { name: 'Sign in with a passkey' });
  await expect(button).toBeEnabled();
  await authenticator.setPresent(true);
  await button.click();
}

export async function atHeading(page: Page, name: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
}
