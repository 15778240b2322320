import { expect, type Locator, type Page } from '@playwright/test';
import {
  type AuthenticatorKind,
  addAuthenticator,
  type Credential,
  type VirtualAuthenticator,
} from './authenticator.ts';

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

/**
 * Adds a passkey of another device from the account page, confirmed with the one in this browser. Afterwards the browser
 * is with the other device.
 */
export async function addOnAnotherDevice(
  page: Page,
  { own, kind }: { own: VirtualAuthenticator; kind?: AuthenticatorKind },
): Promise<{ other: VirtualAuthenticator; first: Credential; second: Credential }> {
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  const before = await passkeys.getByRole('button', { name: 'Rename' }).count();
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByRole('button', { name: 'Confirm it is you' }).click();
  await expect(dialog.getByRole('button', { name: 'Create passkey' })).toBeVisible();
  const first = await onlyCredential(own);
  await own.remove();
  const other = await addAuthenticator(page, kind);
  await dialog.getByRole('button', { name: 'Create passkey' }).click();
  await expect(passkeys.getByRole('button', { name: 'Rename' })).toHaveCount(before + 1);
  return { other, first, second: await onlyCredential(other) };
}

export async function onlyCredential(authenticator: VirtualAuthenticator): Promise<Credential> {
  const [credential] = await authenticator.credentials();
  if (!credential) throw new Error('there is no passkey');
  return credential;
}

/** A picture is there and was loaded: one that is refused has no width. */
export async function expectPicture(card: Locator): Promise<void> {
  await expect
    .poll(() => card.locator('img').evaluate<number, { naturalWidth: number }>((img) => img.naturalWidth))
    .toBeGreaterThan(0);
}

/**
 * Does something until a server that follows a command within seconds shows what is wanted. It waits for one of two
 * outcomes, however long that takes, and begins again after the other.
 */
export async function until(
  { wanted, other }: { wanted: Locator; other: Locator },
  attempt: () => Promise<unknown>,
): Promise<void> {
  await expect(async () => {
    await attempt();
    await expect(wanted.or(other).first()).toBeVisible({ timeout: 15_000 });
    await expect(wanted).toBeVisible({ timeout: 100 });
  }).toPass();
}
