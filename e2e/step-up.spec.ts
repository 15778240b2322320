import type { Page } from '@playwright/test';
import { atHeading, type Person, signUp, withoutAutofill } from './actions.ts';
import { addAuthenticator, type VirtualAuthenticator } from './authenticator.ts';
import { type App, appName, expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

interface Recovering {
  page: Page;
  server: ServerProcess;
  authenticator: VirtualAuthenticator;
  app: App;
}

/**
 * Signed in to the app with a passkey that came with a recovery, and was confirmed since: the session counts for less
 * than the app's sensitive part wants, and the passkey does not.
 */
async function recoveredAndConfirmed({ page, server, authenticator, app }: Recovering) {
  const person: Person = newPerson();
  await signUp(page, server.origin, person);
  const link = await server.linkOf('recover', person.userName);
  await authenticator.remove();
  await page.context().clearCookies();
  const own = await addAuthenticator(page);
  await page.goto(link);
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await atHeading(page, 'Your account');
  await withoutAutofill(page);
  await page.goto(`${app.origin}/sign-in`);
  await page.getByRole('button', { name: 'Allow' }).click();
  await atHeading(page, `Signed in as ${person.name}`);
  await confirmPasskey(server, person.userName);
  await page.getByRole('link', { name: 'Open something sensitive' }).click();
  await atHeading(page, 'One more step');
  return own;
}

async function confirmPasskey(server: ServerProcess, userName: string): Promise<void> {
  const shown = JSON.parse(await server.latchkey('user', 'show', userName, '--json')) as {
    passkeys: { id: string; assurance: string }[];
  };
  const waiting = shown.passkeys.find(({ assurance }) => assurance === 'unconfirmed');
  // After `--` an id may begin with a hyphen, as one in 64 does.
  await server.latchkey('user', 'confirm', '--', userName, waiting?.id ?? '');
}

test.describe('an app that asks for more', () => {
  test('gets it with one of the passkeys that would do', async ({ page, server, authenticator, app }) => {
    await recoveredAndConfirmed({ page, server, authenticator, app });
    await expect(
      page.getByText(`${appName} asks for a passkey that protects you more strongly`),
    ).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: 'Good for this' })).toHaveCount(1);
    await page.getByRole('button', { name: /^Use / }).click();
    await atHeading(page, 'Something sensitive');
    await page.goto(`${app.origin}/sensitive`);
    await atHeading(page, 'Something sensitive');
  });

  test('gets it with a passkey that is made on the way', async ({ page, server, authenticator, app }) => {
    const own = await recoveredAndConfirmed({ page, server, authenticator, app });
    await page.getByText('Make a passkey that is good for this').click();
    await page.getByRole('button', { name: 'Confirm it is you' }).click();
    await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
    await own.remove();
    await addAuthenticator(page);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await atHeading(page, 'Something sensitive');
  });

  test('is told when the person will not, and asks no more', async ({ page, server, authenticator, app }) => {
    await recoveredAndConfirmed({ page, server, authenticator, app });
    await page.getByRole('button', { name: `Go back to ${appName}` }).click();
    await atHeading(page, 'This needs another passkey');
  });

  test('waits calmly for a person who closes the dialog', async ({ page, server, authenticator, app }) => {
    const own = await recoveredAndConfirmed({ page, server, authenticator, app });
    await own.setVerified(false);
    await page.getByRole('button', { name: /^Use / }).click();
    await expect(page.getByRole('status').first()).toContainText('the browser’s window was closed');
    await own.setVerified(true);
    await page.getByRole('button', { name: /^Use / }).click();
    await atHeading(page, 'Something sensitive');
  });
});
